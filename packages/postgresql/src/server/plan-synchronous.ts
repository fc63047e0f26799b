import type { PostgreSQLBlock } from "../config/postgresql-config.js";
import { parseSynchronous, renderSynchronous } from "../text/render-fragment.js";
import type { LocalServer, Notice } from "./server-state.js";

/** A standby that is listed is given this long to come back, in milliseconds. */
const GRACE_MS = 10_000;

/** What synchronous_standby_names is to be. */
export interface SynchronousPlan {
  /** Undefined: as it is. */
  readonly value: string | undefined;
  readonly notices: readonly Notice[];
  /** Since when (ms) each standby that is listed does not stream. */
  readonly goneSince: ReadonlyMap<string, number>;
}

/** The standbys of a primary, as the planner is given them. */
export interface SynchronousInput {
  readonly local: LocalServer;
  readonly settings: PostgreSQLBlock["synchronous"];
  /** Names of the members, as standbys call themselves. */
  readonly members: ReadonlySet<string>;
  readonly goneSince: ReadonlyMap<string, number>;
  readonly now: number;
}

/** Lists the members that stream now: a name that nobody has makes commits wait for ever. */
export function planSynchronous({ local, settings, members, goneSince, now }: SynchronousInput): SynchronousPlan {
  const current = local.settings.synchronous_standby_names;
  const listed = parseSynchronous(current);
  const streaming = streamingMembers(local, members);
  const gone = new Map(
    (listed ?? []).filter((name) => !streaming.includes(name)).map((name) => [name, goneSince.get(name) ?? now]),
  );
  const keep = (...notices: Notice[]): SynchronousPlan => ({ value: undefined, notices, goneSince: gone });
  const isRecent = [...gone.values()].some((since) => now - since < GRACE_MS);
  const isGrowth = streaming.some((name) => listed?.includes(name) !== true);
  if (isRecent && !isGrowth) return keep();
  if (settings.mode === "off") return keep();
  const wanted = settings.allow_degrade ? 0 : settings.min_standbys;
  if (streaming.length < wanted) {
    const found = `${streaming.length} of the ${wanted} standbys of min_standbys stream`;
    const what = current === "" ? "commits wait for none" : `it stays ${JSON.stringify(current)}`;
    const message = `only ${found}: synchronous_standby_names is not changed (${what}); allow_degrade: true lists fewer`;
    return keep({ path: ["synchronous"], message });
  }
  const value = renderSynchronous(settings.mode, settings.count, streaming);
  const fewer = streaming.length < settings.count;
  const notices = fewer
    ? [{ path: ["synchronous"], message: `commits wait for ${streaming.length} standbys, not for ${settings.count}` }]
    : [];
  return { value, notices, goneSince: gone };
}

/** Of two standbys with one name nobody knows which one counts: neither is listed. */
function streamingMembers({ senders }: LocalServer, members: ReadonlySet<string>): readonly string[] {
  return senders
    .filter(({ applicationName: name, state }) => state === "streaming" && members.has(name))
    .map(({ applicationName }) => applicationName)
    .filter((name) => senders.filter(({ applicationName }) => applicationName === name).length === 1)
    .sort();
}
