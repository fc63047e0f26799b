import type { Node } from "@lighthouse-sd/core";
import type { NodesOfEvent } from "../journal/runner-event.js";
import { addressName } from "../membership/address-order.js";
import { nameList } from "../name-list.js";
import type { GuardState, HeldNode, Hold } from "./guard-state.js";

/** What an admission may come from. */
export type GuardCause = "answer" | "confirmation" | "release" | "takeover";

/** A cluster as far as its guard is concerned. */
export interface Guarded {
  /** Null: not known. */
  readonly nodes: readonly Node[] | null;
  readonly held: readonly HeldNode[];
  readonly guard: GuardState;
}

/** One line of log. */
export interface GuardSentence {
  readonly level: "info" | "warn";
  readonly text: string;
  readonly nodes?: NodesOfEvent;
}

/** What a guard has done, as sentences for the log; of releases and takeovers whoever caused them tells. */
export function guardSentences(
  cluster: string,
  before: Guarded,
  after: Guarded,
  cause: GuardCause,
): readonly GuardSentence[] {
  if (before.held === after.held && before.guard.hold === after.guard.hold) return [];
  return [
    ...endedSentences(cluster, before, after, cause),
    ...heldSentences(cluster, before, after),
    ...togetherSentences(cluster, before, after),
  ];
}

/** How holds of this kind end, for people. */
export function endOfHold(cluster: string, { kind, together }: Hold): string {
  const command = `until: lighthouse-runner release ${cluster}`;
  if (kind === "empty") return `they stay until they return, or ${command}`;
  if (kind === "floor") return `they stay until there are others, or ${command}`;
  return together
    ? `they stay until they return, or ${command}`
    : `they stay until they return, the loss has stood for confirm_after, or ${command}`;
}

function heldSentences(cluster: string, before: Guarded, { held, guard }: Guarded): GuardSentence[] {
  const known = addressesOf(before.held);
  const fresh = held.filter(({ node }) => !known.has(addressName(node)));
  const [first] = fresh;
  if (first === undefined || guard.hold === null) return [];
  const text = `cluster ${cluster}: ${counted(fresh)} held: ${first.reason}; ${endOfHold(cluster, guard.hold)}`;
  return [{ level: "warn", text, nodes: { held: namesOf(fresh) } }];
}

function endedSentences(cluster: string, before: Guarded, after: Guarded, cause: GuardCause): GuardSentence[] {
  const still = addressesOf(after.held);
  const ended = before.held.filter(({ node }) => !still.has(addressName(node)));
  if (ended.length === 0 || cause === "release" || cause === "takeover") return [];
  const [names, addresses] = [new Set(after.nodes?.map(({ name }) => name)), new Set(after.nodes?.map(addressName))];
  const isBack = ({ node }: HeldNode): boolean => names.has(node.name) || addresses.has(addressName(node));
  const [back, gone] = [ended.filter(isBack), ended.filter((entry) => !isBack(entry))];
  const sentences: GuardSentence[] = [];
  if (back.length > 0)
    sentences.push({
      level: "info",
      text: `cluster ${cluster}: ${counted(back)} back and no longer held`,
      nodes: { freed: namesOf(back) },
    });
  if (gone.length > 0) sentences.push(cause === "confirmation" ? confirmed(cluster, gone) : believed(cluster, gone));
  return sentences;
}

function confirmed(cluster: string, gone: readonly HeldNode[]): GuardSentence {
  const text = `cluster ${cluster}: ${counted(gone)} let go: the loss has stood for confirm_after`;
  return { level: "warn", text, nodes: { freed: namesOf(gone) } };
}

function believed(cluster: string, gone: readonly HeldNode[]): GuardSentence {
  const text = `cluster ${cluster}: ${counted(gone)} no longer held: enough nodes are there without`;
  return { level: "info", text, nodes: { freed: namesOf(gone) } };
}

function togetherSentences(cluster: string, before: Guarded, { guard: { hold } }: Guarded): GuardSentence[] {
  if (hold?.together !== true || before.guard.hold?.together === true) return [];
  const why = "another cluster of its discovery has lost as much within one window, so the discovery is suspected";
  return [
    { level: "warn", text: `cluster ${cluster}: ${why}, and time alone lets nobody go; ${endOfHold(cluster, hold)}` },
  ];
}

function counted(entries: readonly HeldNode[]): string {
  const are = entries.length === 1 ? "1 node is" : `${entries.length} nodes are`;
  return are.replace(/^(.*) (is|are)$/, `$1 (${nameList(namesOf(entries))}) $2`);
}

function namesOf(entries: readonly HeldNode[]): readonly string[] {
  return entries.map(({ node }) => node.name);
}

function addressesOf(held: readonly HeldNode[]): ReadonlySet<string> {
  return new Set(held.map(({ node }) => addressName(node)));
}
