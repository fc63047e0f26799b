import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PATH } from "./debian-packages.mjs";
import { isProblem, readable } from "./demo-log.mjs";
import { root } from "./run-command.mjs";
import { Failure, say } from "./terminal.mjs";

const PROGRAM = join(root, "apps/runner/bin/lighthouse-runner.js");

/** Starts the runner on the example. It shows problems from the start, and all that happens between `show` and `stop`.
 * `failed` rejects should it end before `stop`. */
export function startDemoRunner(example) {
  mkdirSync(example.runDirectory, { recursive: true });
  const args = ["run", example.directory, "--state-dir", example.stateDirectory, "--log-format", "json"];
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    // A Ctrl-C in the terminal is for this program, which then ends the others in their order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH },
  });
  let shown = false;
  let stopping = false;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if ((shown && !stopping) || isProblem(line)) say(readable(line));
    });
  }
  const ended = new Promise((resolve) => {
    child.once("error", resolve);
    child.once("close", resolve);
  });
  const failed = ended.then((end) => {
    if (!stopping)
      throw new Failure(
        `lighthouse-runner has ended by itself (${end instanceof Error ? end.message : `exit ${end}`})`,
      );
  });
  failed.catch(() => undefined);
  return {
    failed,
    show: () => {
      shown = true;
    },
    stop: async () => {
      stopping = true;
      child.kill("SIGTERM");
      const impatience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(impatience);
    },
  };
}
