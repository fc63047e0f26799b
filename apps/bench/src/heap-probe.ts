import { renameSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// Loaded into the runner before its own code: at SIGUSR2 it collects what is not in use any more and writes what is left.
// Resident memory alone says little of a leak: it holds what was not collected yet and what V8 keeps for later.
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const file = process.env["LIGHTHOUSE_BENCH_HEAP_FILE"];

if (file !== undefined) {
  process.on("SIGUSR2", () => {
    // What was freed by finalizers of the first goes with the second.
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    writeFileSync(`${file}.new`, String(heapUsed + external));
    renameSync(`${file}.new`, file);
  });
}
