import { memberKey } from "../members.js";
import type { LocalServer, Notice, Peer } from "./server-state.js";

/** Whom a standby follows from now on; without a peer: whom it has followed so far. */
export interface FollowPlan {
  readonly upstream?: Peer;
  readonly notices: readonly Notice[];
}

/** Follows the one primary there is, where this standby can. `peers` are of this database system. */
export function planFollow(local: LocalServer, peers: readonly Peer[]): FollowPlan {
  if (local.inRecovery === false) return { notices: splitBrain(local, peers) };
  const primaries = peers.filter(({ answer }) => answer?.inRecovery === false);
  const [upstream] = primaries;
  if (primaries.length > 1) {
    return { notices: [notice(`split brain: ${primaries.map(describe).join(" and ")} all take writes; ${KEPT}`)] };
  }
  if (upstream?.answer === undefined) {
    if (local.isStreaming) return { notices: [] };
    const silent = peers.flatMap(({ member, error }) =>
      error === undefined ? [] : [`${memberKey(member)}: ${error}`],
    );
    const who = silent.length === 0 ? "" : ` (${silent.join("; ")})`;
    return { notices: [notice(`no member answers as a primary${who}; ${KEPT}`)] };
  }
  const obstacle = cannotFollow(local, upstream.answer);
  if (obstacle === undefined) return { upstream, notices: [] };
  return { notices: [notice(`cannot follow ${describe(upstream)}: ${obstacle}; ${KEPT}`)] };
}

const KEPT = "this standby keeps the upstream that it has";

/** Why what this standby has is no beginning of what `primary` has. */
function cannotFollow({ timeline, lsn }: LocalServer, primary: NonNullable<Peer["answer"]>): string | undefined {
  if (primary.timeline < timeline) return `its timeline is older than ours, ${timeline}`;
  if (primary.timeline === timeline) {
    return lsn <= primary.lsn ? undefined : "this standby has WAL that it does not have";
  }
  if (primary.fork === undefined) return "its timeline's history could not be read";
  if (primary.fork === null) return `our timeline, ${timeline}, is none of its ancestors`;
  if (lsn > primary.fork)
    return "this standby has WAL from after its timeline began; pg_rewind or a new copy is needed";
  return undefined;
}

/** A primary leaves everything as it is, but says that it is not alone. */
function splitBrain(local: LocalServer, peers: readonly Peer[]): readonly Notice[] {
  const others = peers.filter(({ answer }) => answer?.inRecovery === false);
  if (others.length === 0) return [];
  const here = `this server (timeline ${local.timeline})`;
  return [notice(`split brain: ${[here, ...others.map(describe)].join(" and ")} all take writes`)];
}

function describe({ member, answer }: Peer): string {
  return `${memberKey(member)} (timeline ${answer?.timeline})`;
}

function notice(message: string): Notice {
  return { path: ["follow"], message };
}
