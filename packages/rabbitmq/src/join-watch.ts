import { type BackOff, backOffMs } from "@lighthouse-sd/plugin-kit";
import type { Broker } from "./broker/broker.js";
import { decideTarget, type JoinDecision } from "./join/decide-join.js";
import { findJoin, type JoinQuestion } from "./join/gather-join-evidence.js";

const FAILED: BackOff = { firstMs: 60_000, capMs: 1_800_000 };
const LONGEST_ASK_MS = 600_000;

/** When a broker that is alone asks its peers whether to join them: each time costs several commands. */
export class JoinWatch {
  readonly #broker: Broker;
  readonly #intervalMs: number;
  readonly #random: () => number;
  #notBefore = Number.NEGATIVE_INFINITY;
  #asked = 0;
  #failures = 0;
  #failure: string | null = null;
  #last: JoinDecision = { kind: "stay" };

  constructor(broker: Broker, intervalMs: number, random: () => number) {
    this.#broker = broker;
    this.#intervalMs = intervalMs;
    this.#random = random;
  }

  /** What to do now. */
  async decide(question: JoinQuestion, nowMs: number, signal: AbortSignal): Promise<JoinDecision> {
    const free = decideTarget({ ...question, peers: [] });
    if (free.kind !== "stay") {
      // Discovery has changed: whoever has come may be the one to join.
      if (question.stableMs < question.neededStableMs) this.#askSoon();
      return free;
    }
    if (question.own.members.length > 1) {
      this.#askSoon();
      this.#failures = 0;
      this.#failure = null;
      return free;
    }
    if (nowMs < this.#notBefore) return this.#last;
    const decision = await findJoin(this.#broker, question, signal);
    const wait = backOffMs(++this.#asked, 1, { firstMs: this.#intervalMs, capMs: LONGEST_ASK_MS });
    this.#notBefore = nowMs + wait;
    this.#last = decision.kind === "join" ? { kind: "wait", reason: "it has tried to join" } : decision;
    return decision;
  }

  /** A join has failed: the next try waits. */
  failed(reason: string, nowMs: number): void {
    this.#notBefore = nowMs + backOffMs(++this.#failures, this.#random(), FAILED);
    this.#failure = reason;
    this.#last = { kind: "wait", reason: `the last try failed: ${reason}` };
  }

  /** Why the last join failed; null: it did not. */
  get failure(): string | null {
    return this.#failure;
  }

  /** A join that has failed is not tried again sooner because discovery changes. */
  #askSoon(): void {
    this.#asked = 0;
    if (this.#failure === null) this.#notBefore = Number.NEGATIVE_INFINITY;
  }
}
