import type { Node } from "@lighthouse-sd/core";
import type { GuardSettings } from "../../src/config/configuration.js";
import { type AnswerTime, admitAnswer } from "../../src/guard/admit-answer.js";
import { confirmationAt, withConfirmation } from "../../src/guard/confirm-loss.js";
import { fromMemory, memoryOf, parseGuardMemory, renderGuardMemory } from "../../src/guard/guard-memory.js";
import { type Admission, type GuardedMembers, NEW_GUARD, NOBODY_HELD } from "../../src/guard/guard-state.js";
import { withRelease } from "../../src/guard/release-held.js";
import { node } from "./sample-nodes.js";
import { GUARD } from "./settings.js";

/** `app0` to `app<count - 1>`, by name; drained: with the flag that their services set. */
export function fleet(count: number, options: { first?: number; drained?: boolean } = {}): readonly Node[] {
  const { first = 0, drained = false } = options;
  return Array.from({ length: count }, (_, index) => member(first + index, drained));
}

/** `app<number>`. Names sort as numbers do. */
export function member(number: number, drained: boolean = false): Node {
  const plain = node(`app${String(number).padStart(4, "0")}`, `10.0.${number >> 8}.${number & 255}`);
  return drained ? { ...plain, metadata: { drain: true } } : plain;
}

/** A cluster's guard on its own, with a clock of its own. */
export class GuardedCluster {
  readonly settings: GuardSettings;
  /** `Clock.elapsed`, and Unix milliseconds less what somebody has set the clock by. */
  at: number = 0;
  clockSetBy: number = 0;
  quarantined: number = 0;
  drainedByHand: ReadonlySet<string> = new Set();
  #admission: Admission = { nodes: [], held: NOBODY_HELD, guard: NEW_GUARD };
  #before: readonly Node[] | null = null;
  #answer: readonly Node[] = [];
  #after: AnswerTime["after"] = "start";

  constructor(settings: Partial<GuardSettings> = {}) {
    this.settings = { ...GUARD, ...settings };
  }

  get now(): number {
    return Date.UTC(2026, 0, 1) + this.at + this.clockSetBy;
  }

  get admission(): Admission {
    return this.#admission;
  }

  /** Names of the members. */
  names(): readonly string[] {
    return this.#admission.nodes.map(({ host }) => host);
  }

  held(): readonly string[] {
    return this.#admission.held.map(({ node: { host } }) => host);
  }

  /** Nodes in service, those held included. */
  serving(): number {
    return this.#admission.nodes.filter(({ metadata }) => metadata["drain"] !== true).length;
  }

  answer(nodes: readonly Node[]): void {
    this.#answer = [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1));
    const time = { now: this.now, at: this.at, after: this.#after };
    this.#take(admitAnswer(this.#members(), this.settings, time));
    this.#after = "answer";
  }

  /** The source does not answer until it does again. */
  lose(): void {
    if (this.#after === "answer") this.#after = "silence";
  }

  release(): void {
    this.#take(withRelease(this.#members(), this.at));
  }

  /** Lets time pass; losses that it confirms are let go on the way, as long as the source answers. */
  advance(ms: number): void {
    const end = this.at + ms;
    while (this.#after === "answer") {
      const due = confirmationAt(this.#members(), this.settings);
      if (due === null || due > end) break;
      this.at = Math.max(this.at, due);
      const next = withConfirmation(this.#members(), this.settings, this);
      if (next === null) throw new Error("nothing was confirmed when it was due");
      this.#take(next);
    }
    this.at = end;
  }

  /** Another process goes on with what disk remembers of this one, after some time. */
  restart(ms: number = 0): void {
    const { guard, held } = this.#admission;
    const memory = memoryOf(guard, held, this);
    this.at += ms;
    this.#after = "start";
    if (memory === undefined) return;
    const kept = fromMemory(parseGuardMemory(JSON.parse(JSON.stringify(renderGuardMemory(memory)))), this);
    const heldNodes = new Set(held.map(({ node: { name } }) => name));
    const others = this.#admission.nodes.filter(({ name }) => !heldNodes.has(name));
    const nodes = [...others, ...kept.held.map(({ node: one }) => one)].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#take({ nodes, ...kept });
  }

  #take(admission: Admission): void {
    this.#admission = admission;
    this.#before = admission.nodes;
  }

  #members(): GuardedMembers {
    const { held, guard } = this.#admission;
    const isDrained = ({ name }: Node): boolean => this.drainedByHand.has(name);
    return { before: this.#before, held, guard, answer: this.#answer, quarantined: this.quarantined, isDrained };
  }
}
