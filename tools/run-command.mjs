import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Failure, say } from "./terminal.mjs";

/** The repository's root. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

const running = new Set();
let interrupted;

function onSignal(signal) {
  interrupted = signal;
  for (const child of running) child.kill(signal);
}

/**
 * Runs a program to its end and gives its exit code and output (empty where `show` lets it through to the terminal; a
 * word there is put before each line).
 * A Ctrl-C reaches the program too, by the terminal: this waits for it to end, and then ends with 130.
 */
export async function run(file, args, { cwd = root, env = {}, show = false } = {}) {
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", show === true ? "inherit" : "pipe", show === true ? "inherit" : "pipe"],
  });
  if (running.size === 0) process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  running.add(child);
  try {
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      if (typeof show === "string") showLines(child[name], show);
      else child[name]?.setEncoding("utf8").on("data", (part) => (output[name] += part));
    }
    const code = await new Promise((resolve, reject) => {
      child.once("error", (error) => reject(new Failure(`cannot run ${file}: ${error.message}`)));
      child.once("close", (status, signal) => resolve(status ?? signal));
    });
    if (interrupted !== undefined) throw new Failure("interrupted", interrupted === "SIGINT" ? 130 : 143);
    return { code, ...output };
  } finally {
    running.delete(child);
    if (running.size === 0) process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function showLines(input, word) {
  createInterface({ input }).on("line", (line) => say(`${word}: ${line}`));
}

/** Likewise, but anything but exit code 0 is a failure that shows what the program wrote. */
export async function mustRun(file, args, options = {}) {
  const result = await run(file, args, options);
  if (result.code !== 0) {
    const written = `${result.stdout}${result.stderr}`.trim();
    throw new Failure(`${[file, ...args].join(" ")} ended with ${result.code}${written === "" ? "" : `\n${written}`}`);
  }
  return result;
}
