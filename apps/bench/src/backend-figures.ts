/** Of `show stat <backend> 2 -1`: how many of its servers are up and no backups. Undefined where there is no such
 * backend. */
export function parseActiveServers(stat: string): number | undefined {
  const [header = "", line = ""] = stat.split("\n");
  const cell = line.split(",")[header.split(",").indexOf("act")];
  return cell === undefined || cell === "" ? undefined : Number(cell);
}

const RUNNING = "2";

/** A server as `show servers state` has it. */
export interface ServerState {
  readonly address: string;
  /** In neither maintenance nor drain, and not down. */
  readonly running: boolean;
}

/** All of `show servers state <backend>`. */
export function parseServers(state: string): readonly ServerState[] {
  const [, header = "", ...lines] = state.split("\n");
  const names = header.replace(/^# /, "").split(" ");
  const [address, operational, admin] = ["srv_addr", "srv_op_state", "srv_admin_state"].map((name) =>
    names.indexOf(name),
  ) as [number, number, number];
  return lines
    .filter((line) => line !== "")
    .map((line) => line.split(" "))
    .map((cells) => ({
      address: cells[address] ?? "",
      running: cells[operational] === RUNNING && cells[admin] === "0",
    }));
}

/** Of `show servers state <backend>`: the addresses of servers that are running. */
export function parseRunningServers(state: string): ReadonlySet<string> {
  return new Set(
    parseServers(state)
      .filter(({ running }) => running)
      .map(({ address }) => address),
  );
}
