import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Discovery, Node, Registration } from "@lighthouse-sd/core";
import { deepFreeze } from "../plugin/deep-freeze.js";

const LOOK_MS = 5;

/** A report that runs, and what it has told so far. */
export class Registering implements Registration {
  /** Every call, in order: `registered`, or why it was lost. */
  readonly told: string[] = [];
  readonly #stop = new AbortController();
  readonly #settled: Promise<void>;
  #keep = false;
  #outcome: "runs" | "resolved" | Error = "runs";

  constructor(discovery: Discovery<unknown>, service: string, node: Node) {
    const { signal } = this.#stop;
    const settle = (outcome: "resolved" | Error): void => {
      this.#outcome = outcome;
    };
    this.#settled = (async () => discovery.report?.(service, deepFreeze(node), this, { signal }))().then(
      () => settle("resolved"),
      (error: unknown) => settle(error instanceof Error ? error : new Error(String(error))),
    );
  }

  get keep(): boolean {
    return this.#keep;
  }

  registered(): void {
    this.told.push("registered");
  }

  lost(error: unknown): void {
    this.told.push(`lost: ${error}`);
  }

  get isRegistered(): boolean {
    return this.told.at(-1) === "registered";
  }

  /** Aborts it, once; what it promised is then to be awaited. */
  end(keep = false): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#keep = keep;
      this.#stop.abort();
    }
    return this.#settled;
  }

  /** How it has settled. Undefined: well, or not yet. */
  get failure(): Error | undefined {
    return this.#outcome instanceof Error ? this.#outcome : undefined;
  }

  /** Waits until `condition` holds. Rejects after `limitMs`, or as soon as the report has ended by itself. */
  async until(condition: () => boolean, limitMs: number, what: string): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!condition()) {
      assert.ok(this.#outcome === "runs", `the report ended by itself, before ${what}: ${this.#outcome}`);
      assert.ok(performance.now() < deadline, `not within ${limitMs} ms: ${what}; it told ${this.told.slice(-5)}`);
      await sleep(LOOK_MS);
    }
  }
}
