import { formatAddress, type Node } from "@lighthouse-sd/core";
import type { ClusterOfRunner } from "../http/status.js";
import type { Decision } from "../kept-value.js";
import { addressName } from "../membership/address-order.js";
import { suggestName } from "../suggest-name.js";
import { type Drain, type Drains, drainTest, NO_DRAINS, withDrain, withoutDrain } from "./drains.js";

/** What an operator asks for. */
export interface DrainRequest {
  readonly cluster: string;
  /** The node's name, or its address as `ip:port`. */
  readonly node: string;
  /** True: out of rotation; false: back. */
  readonly drained: boolean;
}

/** What the operator is told. */
export type DrainReply =
  | { readonly done: true; readonly node: string; readonly changed: boolean; readonly message: string }
  | { readonly done: false; readonly message: string };

/** What is to become of the drains when `request` is made of `clusters` at `now` (Unix milliseconds). Pure. */
export function decideDrain(
  request: DrainRequest,
  clusters: readonly ClusterOfRunner[],
  drains: Drains,
  now: number,
): Decision<Drains, DrainReply> {
  const { cluster, node: asked, drained } = request;
  const own = drains.get(cluster) ?? NO_DRAINS;
  const found = clusters.find(({ name }) => name === cluster);
  if (found === undefined && (drained || own.length === 0)) {
    return refused(
      `there is no cluster ${suggestName(cluster, [...clusters.map(({ name }) => name), ...drains.keys()])}`,
    );
  }
  const members = found?.state.nodes ?? [];
  const node = members.find((member) => isAsked(member, asked));
  const known = node ?? (drained ? undefined : own.find((drain) => isAsked(drain, asked)));
  if (known !== undefined)
    return drained ? drainIt(request, known, drains, now) : undrainIt(request, known, drains, node);
  if (found?.state.nodes === null) {
    return refused(`the members of cluster ${cluster} are not known yet: ${found.discovery} has not answered`);
  }
  const names = [...members, ...(drained ? [] : own)].map(({ name }) => name);
  return refused(`cluster ${cluster} has no node ${suggestName(asked, names)}`);
}

type Named = Omit<Drain, "since">;

function drainIt({ cluster }: DrainRequest, node: Named, drains: Drains, since: number): Decision<Drains, DrainReply> {
  const who = `${node.name} of cluster ${cluster}`;
  const until = `until: lighthouse-runner undrain ${cluster} ${node.name}`;
  if (drainTest(drains.get(cluster) ?? NO_DRAINS)(node)) {
    return { reply: done(node, false, `${who} is drained on this host already, ${until}`) };
  }
  const message = `${who} is drained on this host: it gets no new work, also after a restart, ${until}`;
  return { value: withDrain(drains, cluster, node, since), reply: done(node, true, message) };
}

function undrainIt(
  { cluster }: DrainRequest,
  known: Named,
  drains: Drains,
  member: Node | undefined,
): Decision<Drains, DrainReply> {
  const who = `${known.name} of cluster ${cluster}`;
  const still = member?.metadata["drain"] === true ? "; its own record asks for a drain, which stands" : "";
  if (!drainTest(drains.get(cluster) ?? NO_DRAINS)(known)) {
    return { reply: done(known, false, `${who} is not drained on this host${still}`) };
  }
  const where = member === undefined ? "; it is no member now" : still;
  const message = `${who} is no longer drained on this host${where}`;
  return { value: withoutDrain(drains, cluster, known), reply: done(known, true, message) };
}

function done({ name }: Named, changed: boolean, message: string): DrainReply {
  return { done: true, node: name, changed, message };
}

function refused(message: string): Decision<Drains, DrainReply> {
  return { reply: { done: false, message } };
}

function isAsked(node: Named, asked: string): boolean {
  return node.name === asked || addressName(node) === asked || formatAddress(node.ip, node.port) === asked;
}
