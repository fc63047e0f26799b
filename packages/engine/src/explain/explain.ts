import type { Node } from "@lighthouse-sd/core";
import { iso } from "../iso-time.js";
import { suggestName } from "../suggest-name.js";
import { balancerSteps, lastChangeStep, targetStep, targetSteps } from "./balancer-steps.js";
import { configurationSteps, drainSteps, guardStep, membershipStep, recordSteps, sourceStep } from "./cluster-steps.js";
import type { Explained, ExplainedStep, Explanation } from "./explanation.js";
import { isNode, nodeDrainSteps, nodeGuardStep, nodeMembershipStep, nodeRecordSteps } from "./node-steps.js";

/** Why a cluster is as it is. Pure. */
export function explainCluster(explained: Explained): Explanation {
  const { cluster, balancers, file, now } = explained;
  const steps = [
    ...configurationSteps(explained),
    sourceStep(explained),
    ...recordSteps(explained),
    guardStep(explained),
    membershipStep(explained),
    ...drainSteps(explained),
    ...balancers.flatMap((balancer) => [
      ...balancerSteps(balancer, file),
      ...lastChangeStep(explained, balancer.name),
      ...targetSteps(balancer, now),
    ]),
  ];
  return explanation(explained, null, steps, [`cluster ${cluster.name} is as its source says`, "needs a look"]);
}

/** Why a node is in rotation, or not; undefined: nothing was ever known of such a node. Pure. */
export function explainNode(explained: Explained, asked: string): Explanation | { readonly unknown: string } {
  const { cluster, balancers, file, now } = explained;
  const node = cluster.state.nodes?.find((member) => isNode(member, asked));
  const records = nodeRecordSteps(explained, asked, node);
  const membership = nodeMembershipStep(explained, node?.name ?? asked, node);
  const isKnown = node !== undefined || records.some(({ sentence }) => sentence.startsWith("the record "));
  if (!isKnown && membership.at === null) return { unknown: unknownNode(explained, asked) };
  const name = node?.name ?? asked;
  const steps = [
    ...configurationSteps(explained),
    sourceStep(explained),
    ...records,
    ...(node === undefined ? [] : [nodeGuardStep(explained, node)]),
    membership,
    ...(node === undefined ? [] : nodeDrainSteps(explained, node)),
    ...balancers.flatMap((balancer) => [
      ...balancerSteps(balancer, file),
      ...lastChangeStep(explained, balancer.name, name),
      ...(node === undefined && !isAtTarget(balancer.target, name) ? [] : [targetStep(balancer, name, now)]),
    ]),
  ];
  return explanation(explained, name, steps, [
    `${name} of cluster ${cluster.name} is in rotation`,
    verdict(node, steps),
  ]);
}

/** A node without which nothing is wrong is out of rotation only where a target, a drain or its absence says so. */
function verdict(node: Node | undefined, steps: readonly ExplainedStep[]): string {
  if (node === undefined) return "is not in rotation";
  const isOut = steps.some(({ stage, ok }) => !ok && (stage === "target" || stage === "drain"));
  return isOut ? "is not in rotation everywhere" : "is a member, but not all is well";
}

function isAtTarget(target: Explained["balancers"][number]["target"], name: string): boolean {
  return target.kind === "nodes" && target.nodes.some(({ node }) => node === name);
}

function explanation(
  { cluster, now }: Explained,
  node: string | null,
  steps: readonly ExplainedStep[],
  [well, otherwise]: readonly [string, string],
): Explanation {
  const why = firstCause(steps);
  const who = node === null ? `cluster ${cluster.name}` : `${node} of cluster ${cluster.name}`;
  const answer = why === undefined ? well : `${who} ${otherwise}: ${why.sentence}`;
  return { cluster: cluster.name, node, at: iso(now), ok: why === undefined, answer, steps };
}

/** What comes first in the chain is why what follows is so. That somebody is held, or has left, says more than that there is
 * no record of it. */
function firstCause(steps: readonly ExplainedStep[]): ExplainedStep | undefined {
  const telling = steps.find(
    ({ stage, ok, at }) => !ok && at !== null && (stage === "guard" || stage === "membership"),
  );
  const first = steps.find(({ ok }) => !ok);
  return first?.stage === "record" ? (telling ?? first) : first;
}

function unknownNode({ cluster: { name, state } }: Explained, asked: string): string {
  const names = (state.nodes ?? []).map((node) => node.name);
  return `in cluster ${name} nothing is known of a node ${suggestName(asked, names)}`;
}
