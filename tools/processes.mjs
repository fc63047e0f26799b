import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Failure, step } from "./terminal.mjs";

/** The pids of every HAProxy that runs on this configuration file. */
export function haproxyOf(configFile) {
  return () => pidsOf(({ program, args }) => program.startsWith("haproxy") && args.includes(configFile));
}

/** An example that was killed could not end what it had started: that is done before it starts again. */
export async function endLeftovers(example) {
  const runners = () =>
    pidsOf(
      ({ args }) => args.includes(example.stateDirectory) && args.some((arg) => arg.endsWith("lighthouse-runner.js")),
    );
  const haproxies = haproxyOf(example.configFile);
  const left = runners().length + haproxies().length;
  if (left === 0) return;
  step("ending what an earlier start has left running");
  await endProcesses(runners, "lighthouse-runner");
  await endProcesses(haproxies, "HAProxy");
}

/** SIGTERM, and after five seconds SIGKILL, until `find` finds none. */
export async function endProcesses(find, what) {
  const began = Date.now();
  for (let pids = find(); pids.length > 0; pids = find()) {
    const waited = Date.now() - began;
    if (waited > 10_000) throw new Failure(`${what} (pid ${pids.join(", ")}) does not end`);
    for (const pid of pids) kill(pid, waited > 5_000 ? "SIGKILL" : "SIGTERM");
    await delay(50);
  }
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

function pidsOf(matches) {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return matches({ args, program: basename(readlinkSync(`/proc/${pid}/exe`)) });
      } catch {
        return false;
      }
    });
}
