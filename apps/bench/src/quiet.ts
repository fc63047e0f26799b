import { haproxyProcesses } from "@lighthouse-sd/test-servers";
import type { Follower } from "./column.js";
import { CpuMeter } from "./cpu-meter.js";

/** The file follows a change within a second; the bare loop has none. */
const FOLLOWED_MS = 1_200;
const STILL_MS = 400;
const LONGEST_MS = 15_000;
/** CPU seconds that a process at rest may take in that time. */
const REST_SECONDS = 0.021;

/** Waits until a column has nothing left to do: old processes have ended, no CPU time is used, the time in which what is
 * written later may be written is over. */
export async function untilQuiet(column: Follower): Promise<void> {
  const followedMs = column.name === "floor" ? 0 : FOLLOWED_MS;
  const meter = await CpuMeter.start(column);
  const began = performance.now();
  let stillSince = began;
  let used = 0;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { controllerSeconds, haproxySeconds } = await meter.look();
    const now = performance.now();
    const busy = controllerSeconds + haproxySeconds - used > REST_SECONDS;
    if (busy || (await haproxyProcesses(column.directory)).length !== 1) {
      used = controllerSeconds + haproxySeconds;
      stillSince = now;
    }
    if (now - began >= LONGEST_MS) break;
    if (now - began >= followedMs && now - stillSince >= STILL_MS) break;
  }
  await meter.stop();
}
