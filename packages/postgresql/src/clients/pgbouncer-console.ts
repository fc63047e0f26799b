import type { CallOptions } from "@lighthouse-sd/core";
import type { ClientSettings } from "../config/postgresql-config.js";
import { type Session, withSession } from "../session.js";
import type { BouncedDatabase } from "../text/render-pgbouncer.js";

const CONSOLE_MS = 3000;

/** Logs in to pgbouncer's console. */
export function withConsole<T>(
  { admin }: NonNullable<ClientSettings["pgbouncer"]>,
  { signal }: CallOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  return withSession({ ...admin, sslmode: "disable", database: "pgbouncer", timeoutMs: CONSOLE_MS, signal }, use);
}

/** What pgbouncer runs with that is not as `wanted`, in words; undefined: all of it is. RELOAD itself never tells. */
export async function consoleDifference(
  session: Session,
  wanted: readonly BouncedDatabase[],
): Promise<string | undefined> {
  const rows = await session.query("SHOW DATABASES");
  const running = new Map(rows.map((row) => [String(row["name"]), row]));
  for (const { database, dbname, hosts, port } of wanted) {
    const row = running.get(database);
    if (row === undefined) return `it has no database ${JSON.stringify(database)}`;
    const [host] = [[...hosts].sort().join(",")];
    const isSame = row["host"] === host && Number(row["port"]) === port && row["database"] === dbname;
    if (!isSame)
      return `its database ${JSON.stringify(database)} is ${row["database"]} on ${row["host"]} port ${row["port"]}`;
  }
  return undefined;
}
