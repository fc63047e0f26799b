import { endProcess, runProgramLine } from "@lighthouse-sd/engine";
import manifest from "../package.json" with { type: "json" };
import { BUILT_IN_PLUGINS } from "./built-in-plugins.js";

endProcess(await runProgramLine(process.argv.slice(2), { builtIn: BUILT_IN_PLUGINS, version: manifest.version }));
