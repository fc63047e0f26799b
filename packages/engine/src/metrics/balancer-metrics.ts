import type { Change } from "@lighthouse-sd/core";
import { Counter, Histogram, type Registry } from "prom-client";
import { SYNC_WORDS, type SyncMeter } from "../sync/sync-meter.js";

/** From a change on one machine to drains and back-offs, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** A code is a fixed word; a plugin that makes them up as it goes costs this many series. */
const MOST_CODES = 50;
const CODE = /^[A-Za-z0-9_.-]{1,60}$/;
const OTHER = "other";

/** What balancers do, counted: one set of series for each. */
export class BalancerMetrics {
  readonly #syncs: Counter<"balancer" | "result">;
  readonly #reloads: Counter<"balancer" | "code">;
  readonly #repairs: Counter<"balancer">;
  readonly #convergence: Histogram<"balancer">;
  /** The codes of reloads so far, by balancer. */
  readonly #codes = new Map<string, Set<string>>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#syncs = new Counter({
      name: "lighthouse_sync_total",
      help: "Syncs of a balancer, by what they came to.",
      labelNames: ["balancer", "result"],
      registers,
    });
    this.#reloads = new Counter({
      name: "lighthouse_reload_total",
      help: "Reloads of a balancer's target, by reason.",
      labelNames: ["balancer", "code"],
      registers,
    });
    this.#repairs = new Counter({
      name: "lighthouse_drift_repairs_total",
      help: "Changes by others at a balancer's target that were put right.",
      labelNames: ["balancer"],
      registers,
    });
    this.#convergence = new Histogram({
      name: "lighthouse_convergence_seconds",
      help: "From a change of members or configuration to its confirmation by the target, in seconds.",
      labelNames: ["balancer"],
      buckets: BUCKETS,
      registers,
    });
  }

  /** Counts for the balancer of this name, which has its series from now on. */
  meter(balancer: string): SyncMeter {
    this.#begin(balancer);
    return {
      synced: (result, changes) => {
        this.#begin(balancer);
        this.#syncs.inc({ balancer, result });
        for (const change of changes) this.#count(balancer, change);
      },
      confirmed: (seconds) => {
        this.#begin(balancer);
        for (const duration of seconds) this.#convergence.observe({ balancer }, duration);
      },
    };
  }

  /** Drops the series of every balancer that is not one of `names`. */
  keep(names: { has(name: string): boolean }): void {
    for (const [balancer, codes] of this.#codes) {
      if (names.has(balancer)) continue;
      this.#codes.delete(balancer);
      for (const result of SYNC_WORDS) this.#syncs.remove({ balancer, result });
      for (const code of codes) this.#reloads.remove({ balancer, code });
      this.#repairs.remove({ balancer });
      this.#convergence.remove({ balancer });
    }
  }

  /** A series that begins at zero shows its first step. */
  #begin(balancer: string): void {
    if (this.#codes.has(balancer)) return;
    this.#codes.set(balancer, new Set());
    for (const result of SYNC_WORDS) this.#syncs.inc({ balancer, result }, 0);
    this.#repairs.inc({ balancer }, 0);
    this.#convergence.zero({ balancer });
  }

  #count(balancer: string, { kind, code, repair }: Change): void {
    if (repair === true) this.#repairs.inc({ balancer });
    if (kind === "reload") this.#reloads.inc({ balancer, code: this.#boundedCode(balancer, code) });
  }

  #boundedCode(balancer: string, given: string | undefined): string {
    const codes = this.#codes.get(balancer);
    const usable = given !== undefined && CODE.test(given) && (codes?.has(given) || (codes?.size ?? 0) < MOST_CODES);
    const code = usable ? given : OTHER;
    codes?.add(code);
    return code;
  }
}
