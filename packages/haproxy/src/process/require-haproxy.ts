import type { CallOptions } from "@lighthouse-sd/core";
import { runProgram } from "@lighthouse-sd/plugin-kit";
import { findHAProxy } from "./find-haproxy.js";

/** The oldest version with all that the rendered configuration uses (`option idle-close-on-response`). */
const OLDEST: readonly [number, number] = [2, 4];
const TIME_LIMIT_MS = 10_000;

/** Throws unless `binary` is a HAProxy that can be used, saying what was found instead. */
export async function requireHAProxy(binary: string, { signal }: CallOptions): Promise<void> {
  const path = await findHAProxy(binary, process.cwd());
  const { stdout, code } = await runProgram(path, ["-v"], { signal, timeoutMs: TIME_LIMIT_MS });
  const version = /^HA-?Proxy version (\d+)\.(\d+)/.exec(stdout);
  const [first] = stdout.split("\n", 1);
  if (code !== 0 || version === null) throw new Error(`${path} is no HAProxy: "${path} -v" printed "${first ?? ""}"`);
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new Error(`${path} is HAProxy ${major}.${minor}; ${OLDEST.join(".")} or later is needed`);
}
