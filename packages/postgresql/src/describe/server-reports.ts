import type { Node, NodeReport } from "@lighthouse-sd/core";
import { memberKey } from "../members.js";
import type { PeerAnswer } from "../server/server-state.js";

/** Somebody who receives WAL from the local server. */
export interface Receiver {
  /** The name that it gives itself. */
  readonly name: string;
  /** `streaming`, `catchup`, … */
  readonly state: string;
  /** `sync`, `potential`, `quorum`, `async`. */
  readonly sync: string;
  /** Bytes of WAL that it has not replayed. */
  readonly behind: number;
}

/** The local server, as people want to know it. */
export interface LocalView {
  readonly systemId: string;
  readonly inRecovery: boolean;
  readonly timeline: number;
  /** Whom it receives WAL from; undefined: nobody. */
  readonly upstream: { readonly host: string; readonly port: number; readonly slot: string | null } | undefined;
  readonly receivers: readonly Receiver[];
}

/** A node of the cluster, and what was found of it. */
export interface FoundNode {
  readonly node: Node;
  /** The name of its slot, by which it calls itself. */
  readonly slot: string;
  /** True: it is the local server. */
  readonly isSelf: boolean;
  /** Undefined: it does not answer. */
  readonly answer?: PeerAnswer;
  /** Why it does not. */
  readonly error?: string;
}

/** What the local server makes of each node. Pure. */
export function serverReports(local: LocalView, found: readonly FoundNode[]): readonly NodeReport[] {
  return found.map((one) => ({ node: one.node.name, ...(one.isSelf ? ownReport(local) : peerReport(local, one)) }));
}

type Standing = Omit<NodeReport, "node">;

function ownReport({ inRecovery, timeline, upstream, receivers }: LocalView): Standing {
  const here = `this server, timeline ${timeline}`;
  if (!inRecovery) {
    const streaming = receivers.filter(({ state }) => state === "streaming").length;
    const who = streaming === 1 ? "1 receiver streams" : `${streaming} receivers stream`;
    return { state: "primary", serving: true, detail: `${here}; ${who} from it` };
  }
  if (upstream === undefined) return { state: "standby", serving: false, detail: `${here}; receives from nobody` };
  const by = upstream.slot === null ? "" : ` by slot ${upstream.slot}`;
  const from = memberKey({ ip: upstream.host, port: upstream.port });
  return { state: "standby", serving: true, detail: `${here}; streams from ${from}${by}` };
}

function peerReport(local: LocalView, { node, slot, answer, error }: FoundNode): Standing {
  if (answer === undefined) return { state: "silent", serving: false, detail: error ?? "no answer" };
  if (answer.systemId !== local.systemId) {
    const detail = `belongs to another database system, ${answer.systemId}: it is not let in, and not followed`;
    return { state: "foreign", serving: false, detail };
  }
  const timeline = `timeline ${answer.timeline}`;
  if (!answer.inRecovery) {
    const { upstream } = local;
    const isUpstream = upstream !== undefined && upstream.host === node.ip && upstream.port === node.port;
    const what = isUpstream ? "; this server streams from it" : local.inRecovery ? "" : "; takes writes as well";
    return { state: "primary", serving: isUpstream, detail: `${timeline}${what}` };
  }
  const receiver = local.receivers.find(({ name }) => name === slot);
  if (receiver === undefined) {
    const what = local.inRecovery ? "" : "; does not stream from this server";
    return { state: "standby", serving: local.inRecovery, detail: `${timeline}${what}` };
  }
  const how = `${receiver.state} from this server, ${receiver.sync}, ${receiver.behind} bytes behind`;
  return { state: "standby", serving: receiver.state === "streaming", detail: `${timeline}; ${how}` };
}
