// Waits for the test process that started it to end, however it ends (kill -9 included), and then ends what that
// process left running and removes what it left lying around. Reads directories, one a line, from standard input, whose
// end is the test process's end; `-` before a directory takes it back.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";

const directories = new Set();
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith("-")) directories.delete(line.slice(1));
  else directories.add(line);
}
for (const directory of directories) {
  killProcessesOf(directory);
  unmountBelow(directory);
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

function killProcessesOf(directory) {
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry) || entry === String(process.pid)) continue;
    try {
      const args = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      if (args.some((arg) => arg === directory || arg.startsWith(`${directory}/`)))
        process.kill(Number(entry), "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

function unmountBelow(directory) {
  for (const line of readFileSync("/proc/mounts", "utf8").split("\n").reverse()) {
    const target = line.split(" ")[1];
    if (target?.startsWith(`${directory}/`)) execFileSync("umount", ["--lazy", target], { stdio: "ignore" });
  }
}
