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

/** A server's workers may name nothing of it: they go with who started them, and after it, so that it starts no others. */
function killProcessesOf(directory) {
  const all = readdirSync("/proc").flatMap((entry) => (/^\d+$/.test(entry) ? [processAt(entry)] : []));
  const isWithin = (word) => word === directory || word.startsWith(`${directory}/`);
  const own = new Set(all.filter(({ words }) => words.some(isWithin)).map(({ pid }) => pid));
  const workers = all.filter(({ pid, parent }) => own.has(parent) && !own.has(pid)).map(({ pid }) => pid);
  for (const pid of [...own, ...workers]) {
    if (pid === process.pid) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

/** A server that changes its title has all of its command line in one word. */
function processAt(entry) {
  const [line, stat] = ["cmdline", "stat"].map((name) => readIfThere(`/proc/${entry}/${name}`));
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 1).split(" ")[2]);
  return { pid: Number(entry), parent, words: line.split(/[\0 ]/) };
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function unmountBelow(directory) {
  for (const line of readFileSync("/proc/mounts", "utf8").split("\n").reverse()) {
    const target = line.split(" ")[1];
    if (target?.startsWith(`${directory}/`)) execFileSync("umount", ["--lazy", target], { stdio: "ignore" });
  }
}
