import { readdir, readFile } from "node:fs/promises";
import { readIfThere } from "./upstream-files.js";

/** What the processes of nginx call themselves. */
const MASTER = "nginx: master process";
const WORKER = "nginx: worker process";

/** A running nginx. */
export interface RunningNginx {
  /** Of its master. */
  readonly pid: number;
  /** Those that take connections. */
  readonly workers: readonly number[];
}

/** The nginx whose master's process id stands in `pidFile`; a text that says why there is none. A number that became
 * another program's is not taken for it. */
export async function findNginx(pidFile: string): Promise<RunningNginx | string> {
  const text = await readIfThere(pidFile);
  // `nginx -t` leaves an empty one.
  if (text === undefined || text.trim() === "") return `nginx is not running: ${pidFile} has no process id`;
  if (!/^[1-9]\d{0,9}$/.test(text.trim()))
    return `${pidFile} is no pid file: it holds ${JSON.stringify(text.slice(0, 40))}`;
  const pid = Number(text.trim());
  const title = await titleOf(pid);
  if (title === undefined) return `nginx is not running: process ${pid} of ${pidFile} has gone`;
  if (!title.startsWith(MASTER)) return `nginx is not running: process ${pid} of ${pidFile} is another program's`;
  return { pid, workers: await workersOf(pid) };
}

async function workersOf(master: number): Promise<readonly number[]> {
  const children = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    children.map(async (pid) => ((await parentOf(pid)) === master && (await titleOf(pid)) === WORKER ? [pid] : [])),
  );
  return found.flat();
}

/** The parent of a process; undefined: it has gone. */
async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the program's name in parentheses, and may hold anything.
  const [, parent] = / \S (\d+) /.exec(stat.slice(stat.lastIndexOf(")") + 1)) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

/** What a process calls itself; undefined: it has gone. */
async function titleOf(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return line === "" ? undefined : line.replaceAll("\0", " ").trim();
}
