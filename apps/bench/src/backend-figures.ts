/** Of `show stat <backend> 2 -1`: how many of its servers are up and no backups. Undefined where there is no such
 * backend. */
export function parseActiveServers(stat: string): number | undefined {
  const [header = "", line = ""] = stat.split("\n");
  const cell = line.split(",")[header.split(",").indexOf("act")];
  return cell === undefined || cell === "" ? undefined : Number(cell);
}

const RUNNING = "2";

/** Of `show servers state <backend>`: the addresses of servers that are running, in neither maintenance nor drain. */
export function parseRunningServers(state: string): ReadonlySet<string> {
  const [, header = "", ...lines] = state.split("\n");
  const names = header.replace(/^# /, "").split(" ");
  const [address, operational, admin] = ["srv_addr", "srv_op_state", "srv_admin_state"].map((name) =>
    names.indexOf(name),
  ) as [number, number, number];
  const running = lines
    .map((line) => line.split(" "))
    .filter((cells) => cells[operational] === RUNNING && cells[admin] === "0");
  return new Set(running.map((cells) => cells[address] ?? ""));
}
