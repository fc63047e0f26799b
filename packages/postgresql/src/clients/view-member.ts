import { durationMs } from "@lighthouse-sd/core";
import type { ClientSettings } from "../config/postgresql-config.js";
import type { Member } from "../members.js";
import { withSession } from "../session.js";
import type { ClientView } from "./choose-target.js";

const FACTS = `SELECT pg_is_in_recovery() AS in_recovery,
 (SELECT system_identifier::text FROM pg_control_system()) AS system_id,
 CASE WHEN pg_is_in_recovery() THEN 0
  ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline`;

/** Asks a member what it is, as a client. Never rejects but for an abort. */
export async function viewMember(
  member: Member,
  connection: NonNullable<ClientSettings["connection"]>,
  timeout: ClientSettings["probe_timeout"],
  signal: AbortSignal,
): Promise<ClientView> {
  const timeoutMs = durationMs(timeout);
  const where = { ...connection, host: member.ip, serverName: member.host, port: member.port, timeoutMs, signal };
  try {
    const [row = {}] = await withSession(where, (session) => session.query(FACTS));
    const answer = {
      systemId: String(row["system_id"]),
      inRecovery: row["in_recovery"] === true,
      timeline: Number(row["timeline"]),
    };
    return { member, answer };
  } catch (error) {
    signal.throwIfAborted();
    return { member, error: (error as Error).message };
  }
}
