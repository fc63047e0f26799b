import { durationMs } from "@lighthouse-sd/core";
import type { ServerSettings } from "../config/postgresql-config.js";
import { forkPoint, parseLsn } from "../lsn.js";
import type { Member } from "../members.js";
import { type Session, withSession } from "../session.js";
import type { Peer, PeerAnswer } from "./server-state.js";

/** The first version with READ_REPLICATION_SLOT. */
const READS_SLOTS = 150_000;

/** How other members are asked. */
export type ProbeSettings = Pick<ServerSettings, "replication" | "probe_timeout">;

/** Who asks. */
export interface Asker {
  readonly timeline: number;
  /** Undefined: no slot is of interest. */
  readonly slot: string | undefined;
}

/** Asks another member what it is, over a connection as standbys open it. It is logged in to at once, but asked only when
 * `asker` is known: read before the standby's own position, that of a primary which writes meanwhile would look as if it were
 * behind. Never rejects but for an abort. */
export async function probePeer(
  member: Member,
  { replication, probe_timeout: timeout }: ProbeSettings,
  asker: Promise<Asker>,
  signal: AbortSignal,
): Promise<Peer> {
  const options = {
    ...replication,
    host: member.ip,
    serverName: member.host,
    port: member.port,
    database: "replication",
    replication: true,
    timeoutMs: durationMs(timeout),
    signal,
  };
  try {
    return { member, answer: await withSession(options, (session) => ask(session, asker)) };
  } catch (error) {
    signal.throwIfAborted();
    return { member, error: (error as Error).message };
  }
}

async function ask(session: Session, asker: Promise<Asker>): Promise<PeerAnswer> {
  const standby = session.parameter("in_hot_standby");
  if (standby === undefined)
    throw new Error("it does not say whether it is a standby: PostgreSQL 14 is the oldest that does");
  const { timeline: ours, slot } = await asker;
  const [system = {}] = await session.query("IDENTIFY_SYSTEM");
  const timeline = Number(system["timeline"]);
  const answer = {
    systemId: String(system["systemid"]),
    timeline,
    lsn: parseLsn(String(system["xlogpos"])),
    inRecovery: standby === "on",
  };
  if (answer.inRecovery) return answer;
  const fork = timeline > ours ? await forkOf(session, timeline, ours) : undefined;
  const canRead = slot !== undefined && versionOf(session) >= READS_SLOTS;
  return {
    ...answer,
    ...(fork === undefined ? {} : { fork }),
    ...(canRead ? { hasSlot: await hasSlot(session, slot) } : {}),
  };
}

/** `15.18 (Debian …)` as 150000. */
function versionOf(session: Session): number {
  return Number.parseInt(session.parameter("server_version") ?? "0", 10) * 10_000;
}

async function forkOf(session: Session, timeline: number, ours: number): Promise<bigint | null> {
  const [history = {}] = await session.query(`TIMELINE_HISTORY ${timeline}`);
  const { content } = history;
  const text = Buffer.isBuffer(content) ? content.toString("latin1") : String(content ?? "");
  return forkPoint(text, ours) ?? null;
}

/** Only names of a-z, 0-9 and _ come here. */
async function hasSlot(session: Session, slot: string): Promise<boolean> {
  const [row = {}] = await session.query(`READ_REPLICATION_SLOT ${slot}`);
  return row["slot_type"] !== null && row["slot_type"] !== undefined;
}
