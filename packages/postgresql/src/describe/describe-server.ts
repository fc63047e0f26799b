import { type CallOptions, type Cluster, type Context, durationMs, type NodeReport } from "@lighthouse-sd/core";
import type { PostgreSQLBlock, ServerSettings } from "../config/postgresql-config.js";
import { memberKey } from "../members.js";
import { observeLocal } from "../server/observe-local.js";
import { PeerProbes } from "../server/peer-probes.js";
import { findSelf } from "../server/self.js";
import { type Session, withSession } from "../session.js";
import { parseHbaBlock } from "../text/hba-block.js";
import { findBlocks } from "../text/hba-file.js";
import { slotName } from "../text/slot-name.js";
import { readBytes } from "../write-checked.js";
import { type FoundNode, type LocalView, serverReports } from "./server-reports.js";

/** The longest that any server is waited for, in milliseconds: somebody has asked, and waits. */
const PATIENCE_MS = 2000;

const STREAMS = `SELECT
 (SELECT jsonb_build_object('host', sender_host, 'port', sender_port, 'slot', nullif(slot_name, ''))
  FROM pg_stat_wal_receiver WHERE status = 'streaming') AS upstream,
 (SELECT coalesce(jsonb_agg(jsonb_build_object('name', application_name, 'state', state, 'sync', sync_state, 'behind',
   coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
    replay_lsn), 0)) ORDER BY application_name), '[]') FROM pg_stat_replication) AS receivers`;

/** What the local server makes of each node of a cluster: of its own, who is primary and who streams; of another one, who is
 * let in. Rejects where it gives no answer. */
export function describeServer(
  settings: ServerSettings,
  context: Context,
  cluster: Cluster<PostgreSQLBlock>,
  { signal }: CallOptions,
): Promise<readonly NodeReport[]> {
  return withSession({ ...settings.connection, timeoutMs: PATIENCE_MS, signal }, async (session) => {
    if (cluster.name !== settings.cluster) return await admitted(session, settings, cluster);
    const local = await observeLocal(session);
    const nodes = cluster.nodes ?? [];
    const self = findSelf(nodes, local.port, context.peer);
    const patience = Math.min(durationMs(settings.probe_timeout), PATIENCE_MS) / 1000;
    const probes = new PeerProbes({ ...settings, probe_timeout: patience }, signal);
    const others = nodes.filter((node) => node !== self);
    const asker = { timeline: local.timeline, slot: undefined };
    const peers = await probes.ask(others, asker).finally(() => probes.end());
    const found = nodes.map((node): FoundNode => {
      const peer = peers.find(({ member }) => member === node);
      return { node, slot: slotName(cluster.config.slots.prefix, node), isSelf: peer === undefined, ...peer };
    });
    const [streams = {}] = await session.query(STREAMS);
    const view: LocalView = {
      systemId: cluster.config.system_identifier ?? local.systemId,
      inRecovery: local.inRecovery,
      timeline: local.timeline,
      upstream: (streams["upstream"] ?? undefined) as LocalView["upstream"],
      receivers: streams["receivers"] as LocalView["receivers"],
    };
    return serverReports(view, found);
  });
}

async function admitted(
  session: Session,
  { hba_file: configured }: ServerSettings,
  { name, nodes }: Cluster<PostgreSQLBlock>,
): Promise<readonly NodeReport[]> {
  const path = configured === "auto" ? (await observeLocal(session)).settings.hba_file : configured;
  const text = path === "off" ? null : await readBytes(path);
  const block = findBlocks(text ?? "").find((place) => place.cluster === name);
  const keys = new Set(parseHbaBlock(block?.lines ?? []).map(memberKey));
  return (nodes ?? []).map((node) => {
    const isIn = keys.has(memberKey(node));
    return { node: node.name, state: isIn ? "let in" : "not let in", serving: isIn, detail: `by ${path}` };
  });
}
