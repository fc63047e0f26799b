import { haproxyCommand } from "@lighthouse-sd/test-servers";

/** What must be the same of a server as it was intended and as it runs. */
export interface ServerFacts {
  readonly address: string;
  readonly weight: number;
  /** `srv_admin_state` without what the file gives: 0 in rotation, 1 maintenance, 8 drain. */
  readonly admin: number;
}

/** Maintenance and drain by command. */
const BY_COMMAND = 0x01 | 0x08;

/** All servers of a backend by name, as `show servers state` tells them. */
export async function runningServers(socket: string, backend: string): Promise<Readonly<Record<string, ServerFacts>>> {
  const lines = (await haproxyCommand(socket, `show servers state ${backend}`)).split("\n");
  const header = lines.findIndex((line) => line.startsWith("# "));
  const columns = (lines[header] ?? "").slice(2).split(" ");
  const rows = lines.slice(header + 1).filter((line) => line !== "");
  return Object.fromEntries(
    rows
      .map((row) => {
        const cells = row.split(" ");
        const cell = (name: string): string => cells[columns.indexOf(name)] ?? "";
        const address = `${cell("srv_addr")}:${cell("srv_port")}`;
        const admin = Number(cell("srv_admin_state")) & BY_COMMAND;
        return [cell("srv_name"), { address, weight: Number(cell("srv_uweight")), admin }] as const;
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
