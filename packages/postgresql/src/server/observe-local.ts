import { parseLsn } from "../lsn.js";
import type { Session } from "../session.js";
import type { LocalServer, LocalSettings, Sender, Slot } from "./server-state.js";

const SETTINGS = [
  "hba_file",
  "config_file",
  "port",
  "synchronous_standby_names",
  "primary_conninfo",
  "primary_slot_name",
  "max_slot_wal_keep_size",
  "shared_preload_libraries",
];

/** Asks the functions that pg_stat_replication and its like are made of, and for settings one by one: a session that has just
 * begun would plan the views' joins for longer than all else takes, and pg_settings makes some 350 for each. A standby tells its timeline by the newest WAL, or history, that it has: what it has
 * noted down elsewhere, and of a primary too, may still be the timeline before a promotion. */
const FACTS = `SELECT pg_is_in_recovery() AS in_recovery,
 (SELECT system_identifier::text FROM pg_control_system()) AS system_id,
 CASE WHEN pg_is_in_recovery()
  THEN greatest((SELECT received_tli FROM pg_stat_get_wal_receiver()),
   (SELECT timeline_id FROM pg_control_checkpoint()),
   (SELECT max(('x' || substr(name, 1, 8))::bit(32)::int) FROM pg_ls_waldir()
    WHERE name ~ '^[0-9A-F]{8}([0-9A-F]{16}|[.]history)$'))
  ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline,
 CASE WHEN pg_is_in_recovery()
  THEN coalesce(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')
  ELSE pg_current_wal_lsn() END::text AS lsn,
 (SELECT coalesce(jsonb_agg(jsonb_build_object('name', slot_name, 'active', active, 'walStatus', wal_status, 'retained',
   coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
   restart_lsn), 0))), '[]') FROM pg_get_replication_slots() WHERE slot_type = 'physical') AS slots,
 (SELECT coalesce(jsonb_agg(jsonb_build_object('applicationName', application_name, 'state', sender.state)), '[]')
  FROM pg_stat_get_wal_senders() sender JOIN pg_stat_get_activity(NULL) USING (pid)) AS senders,
 EXISTS (SELECT FROM pg_stat_get_wal_receiver() WHERE status = 'streaming') AS is_streaming,
 jsonb_build_object(${SETTINGS.map((name) => `'${name}', current_setting('${name}')`).join(", ")}) AS settings`;

/** SQLSTATE of what a user may not see. */
const NOT_ALLOWED = "42501";

/** What the local server tells of itself. */
export async function observeLocal(session: Session): Promise<LocalServer> {
  const [row = {}] = await session.query(FACTS).catch(explainRefusal);
  const settings = row["settings"] as LocalSettings;
  return {
    inRecovery: row["in_recovery"] === true,
    systemId: String(row["system_id"]),
    timeline: Number(row["timeline"]),
    lsn: parseLsn(String(row["lsn"])),
    port: Number(settings.port),
    settings,
    slots: row["slots"] as readonly Slot[],
    senders: row["senders"] as readonly Sender[],
    isStreaming: row["is_streaming"] === true,
  };
}

function explainRefusal(error: unknown): never {
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  if (code !== NOT_ALLOWED) throw error;
  throw new Error(
    `the local server does not show this user what it is, and how it is configured (${message}): GRANT pg_monitor TO it`,
    { cause: error },
  );
}
