import { canonicalIp } from "@lighthouse-sd/core";
import { table } from "./parse-table.js";

/** A server as the running HAProxy has it. */
export interface RunningServer {
  readonly name: string;
  readonly id: number;
  /** Canonical; `-` or empty where it has none. */
  readonly ip: string;
  readonly port: number;
  /** The weight it was loaded with. */
  readonly initialWeight: number;
  /** The weight it has now. */
  readonly weight: number;
  readonly backup: boolean;
  /** Taken out of rotation by command. */
  readonly maintenance: boolean;
  /** Gets no new work, by command. */
  readonly drain: boolean;
  /** A check of it has come to a result, good or bad. */
  readonly checked: boolean;
}

/** Bits of srv_admin_state that a command sets; others come from the file. */
const MAINTENANCE = 0x01;
const DRAIN = 0x08;
/** The first srv_check_status that is a result; those before it say that none has come yet. */
const FIRST_RESULT = 5;

/** `show info` as a mapping. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const];
    }),
  );
}

/** The value of one variable in `show env NAME`; undefined where it is not set. */
export function parseVariable(name: string, text: string): string | undefined {
  const line = text.split("\n").find((entry) => entry.startsWith(`${name}=`));
  return line?.slice(name.length + 1).trim();
}

/** The servers of each backend, from `show servers state` and `show stat -1 4 -1` (which alone tells a backup). */
export function parseServers(state: string, stat: string): ReadonlyMap<string, readonly RunningServer[]> {
  const stats = table(stat, ",");
  const backups = new Set(
    stats.rows
      .filter((row) => row[stats.column("bck")] === "1")
      .map((row) => `${row[stats.column("pxname")]}/${row[stats.column("svname")]}`),
  );
  const { column, rows } = table(state, " ");
  const servers = new Map<string, RunningServer[]>();
  for (const row of rows) {
    const text = (name: string): string => row[column(name)] ?? "";
    const [backend, name] = [text("be_name"), text("srv_name")];
    const server: RunningServer = {
      name,
      id: Number(text("srv_id")),
      ip: canonicalIp(text("srv_addr")) ?? text("srv_addr"),
      port: Number(text("srv_port")),
      initialWeight: Number(text("srv_iweight")),
      weight: Number(text("srv_uweight")),
      backup: backups.has(`${backend}/${name}`),
      maintenance: (Number(text("srv_admin_state")) & MAINTENANCE) !== 0,
      drain: (Number(text("srv_admin_state")) & DRAIN) !== 0,
      checked: Number(text("srv_check_status")) >= FIRST_RESULT,
    };
    const others = servers.get(backend);
    if (others === undefined) servers.set(backend, [server]);
    else others.push(server);
  }
  return servers;
}

/** The one server in `show stat BACKEND 4 ID`; undefined where there is none. */
export function parseServerStat(stat: string): RunningServer | undefined {
  const { column, rows } = table(stat, ",");
  const [row] = rows;
  if (row === undefined) return undefined;
  const text = (name: string): string => row[column(name)] ?? "";
  const [, ip = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(text("addr")) ?? [];
  const weight = Number(text("uweight") === "" ? text("weight") : text("uweight"));
  return {
    name: text("svname"),
    id: Number(text("sid")),
    ip: canonicalIp(ip) ?? ip,
    port: Number(port),
    initialWeight: weight,
    weight,
    backup: text("bck") === "1",
    maintenance: text("status").startsWith("MAINT"),
    drain: text("status").startsWith("DRAIN"),
    checked: !["", "INI", "UNK"].includes(text("check_status").replace(/^\* /, "")),
  };
}
