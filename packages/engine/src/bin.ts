import manifest from "../package.json" with { type: "json" };
import { endProcess } from "./cli/end-process.js";
import { runProgramLine } from "./cli/program.js";

endProcess(await runProgramLine(process.argv.slice(2), { builtIn: [], version: manifest.version }));
