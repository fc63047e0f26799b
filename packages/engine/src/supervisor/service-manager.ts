/** What the service manager that has started this process wants to hear, as its environment says (sd_notify(3),
 * sd_watchdog_enabled(3)). */
export interface ServiceManager {
  /** Its datagram socket: a path, or a name in the abstract namespace with @ before it. */
  readonly socket: string;
  /** It ends this process when it has not heard from it for so many milliseconds; undefined: it does not watch. */
  readonly watchdogMs: number | undefined;
}

const VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] as const;

/** Reads the service manager's variables and takes them out of `env`: programs that this process starts (HAProxy is one
 * that speaks the protocol) must not speak to it in this one's name. Undefined: there is none. */
export function takeServiceManager(env: NodeJS.ProcessEnv, pid: number): ServiceManager | undefined {
  const [socket, microseconds, watched] = VARIABLES.map((name) => env[name]);
  for (const name of VARIABLES) delete env[name];
  if (socket === undefined || !/^[/@]./.test(socket)) return undefined;
  return { socket, watchdogMs: watchdogMs(microseconds, watched, pid) };
}

function watchdogMs(microseconds: string | undefined, watched: string | undefined, pid: number): number | undefined {
  if (watched !== undefined && watched !== "" && Number(watched) !== pid) return undefined;
  const ms = Math.floor(Number(microseconds ?? "") / 1000);
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
