import { formatAddress, type Node } from "@lighthouse-sd/core";
import { drainTest } from "../drains/drains.js";
import { endOfHold } from "../guard/guard-sentences.js";
import { iso } from "../iso-time.js";
import type { NodeVerb, RunnerEvent } from "../journal/runner-event.js";
import type { Reading } from "../membership/read-records.js";
import { type Explained, type ExplainedStep, step } from "./explanation.js";

/** What the source's records say of a node. `node`: the member; undefined: it is none. */
export function nodeRecordSteps(
  { cluster }: Explained,
  asked: string,
  node: Node | undefined,
): readonly ExplainedStep[] {
  const { discovery, state } = cluster;
  const own = state.readings.list.filter((reading) => isRecordOf(reading, asked, node));
  if (own.length === 0) return [step("record", false, null, `no record of ${discovery} stands for it now`)];
  return own.flatMap((reading) => [recordStep(reading), ...droppedSteps(reading)]);
}

function recordStep({ source, reason, node }: Reading): ExplainedStep {
  if (reason === null) return step("record", true, null, `the record ${source} stands for it`);
  const rest = node === null ? "nothing good was ever known of it" : "its last good value stands";
  return step("record", node !== null, null, `the record ${source} is quarantined: ${reason}; ${rest}`);
}

function droppedSteps({ source, dropped }: Reading): readonly ExplainedStep[] {
  return dropped.map((field) => step("record", true, null, `the record ${source}: a field is left out: ${field}`));
}

/** Of a record that nothing could be read from, its place alone can tell whose it is. */
function isRecordOf({ node, source }: Reading, asked: string, member: Node | undefined): boolean {
  if (node === null)
    return source.split(/[/#[\]]/).some((part) => [asked, `${asked}.json`, `${asked}.yaml`].includes(part));
  return isNode(node, asked) || (member !== undefined && node.ip === member.ip && node.port === member.port);
}

/** True: `asked` is the node's name or its address. */
export function isNode(node: Pick<Node, "name" | "ip" | "port">, asked: string): boolean {
  return node.name === asked || formatAddress(node.ip, node.port) === asked || `${node.ip}:${node.port}` === asked;
}

/** Whether the guard holds the node. */
export function nodeGuardStep({ cluster: { name, state } }: Explained, node: Node): ExplainedStep {
  const held = state.held.find((entry) => entry.node === node || isNode(entry.node, node.name));
  if (held === undefined) return step("guard", true, null, "its cluster's guard does not hold it");
  const end = state.guard.hold === null ? "" : `; ${endOfHold(name, state.guard.hold)}`;
  return step("guard", false, held.since, `its source does not name it, and the guard holds it: ${held.reason}${end}`);
}

/** Whether the node is a member, and since when. */
export function nodeMembershipStep(
  { cluster, events }: Explained,
  asked: string,
  node: Node | undefined,
): ExplainedStep {
  const { name, state } = cluster;
  if (node !== undefined) {
    const joined = lastWith(events, ["joined"], node.name);
    const since = joined === undefined ? sinceBefore(events) : "";
    return step("membership", true, joined?.at ?? null, `it is a member of cluster ${name}${since}`);
  }
  if (state.nodes === null)
    return step("membership", false, state.since, `the members of cluster ${name} are not known yet`);
  const gone = lastWith(events, ["left", "freed", "released"], asked);
  if (gone === undefined) return step("membership", false, null, `it is no member of cluster ${name}`);
  return step("membership", false, gone.at, `it is no member of cluster ${name} any more: ${gone.message}`);
}

function sinceBefore(events: readonly RunnerEvent[]): string {
  const [oldest] = events;
  return oldest === undefined ? "" : `, since before ${iso(oldest.at)}`;
}

function lastWith(events: readonly RunnerEvent[], verbs: readonly NodeVerb[], node: string): RunnerEvent | undefined {
  return events.findLast(({ nodes }) => verbs.some((verb) => nodes?.[verb]?.includes(node) === true));
}

/** What keeps new work away from the node, or from some of it, on purpose. */
export function nodeDrainSteps({ cluster: { name, drains } }: Explained, node: Node): readonly ExplainedStep[] {
  const { drain, weight, backup } = node.metadata;
  const byHand = drains.find((entry) => drainTest([entry])(node));
  const until = `until: lighthouse-runner undrain ${name} ${node.name}`;
  return [
    ...(byHand === undefined
      ? []
      : [step("drain", false, byHand.since, `it is drained on this host by hand, ${until}`)]),
    ...(drain === true ? [step("drain", false, null, "its own record asks for a drain (drain: true)")] : []),
    ...(weight === 0 ? [step("drain", false, null, "its own record gives it the weight 0: no new work")] : []),
    ...(backup === true
      ? [step("drain", true, null, "its own record makes it a backup: it gets work when no other is left")]
      : []),
  ];
}
