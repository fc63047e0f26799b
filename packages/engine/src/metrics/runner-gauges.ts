import { Gauge, type Registry } from "prom-client";
import type { RunnerState } from "../http/status.js";
import type { BalancerState } from "../sync/balancer-state.js";
import { SYNC_WORDS, type SyncWord } from "../sync/sync-meter.js";

/** How the runner and its balancers stand at the moment. */
export class RunnerGauges {
  readonly #ready: Gauge;
  readonly #build: Gauge<"version">;
  readonly #states: Gauge<"balancer" | "state">;
  readonly #problems: Gauge<"balancer">;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#ready = new Gauge({
      name: "lighthouse_ready",
      help: "1 once every balancer has been in line with every source heard, and every service has settled.",
      registers,
    });
    this.#build = new Gauge({
      name: "lighthouse_build_info",
      help: "1, with the version of the runner.",
      labelNames: ["version"],
      registers,
    });
    this.#states = new Gauge({
      name: "lighthouse_balancer_state",
      help: "1 for how a balancer's target stands towards the newest state, 0 for the others.",
      labelNames: ["balancer", "state"],
      registers,
    });
    this.#problems = new Gauge({
      name: "lighthouse_balancer_problems",
      help: "What a balancer cannot do as it is asked to, and a person should look at.",
      labelNames: ["balancer"],
      registers,
    });
  }

  /** Makes the series say what `state` does, and nothing of balancers that are gone. */
  show({ version, ready, balancers }: Pick<RunnerState, "version" | "ready" | "balancers">): void {
    this.#build.set({ version }, 1);
    this.#ready.set(ready ? 1 : 0);
    this.#states.reset();
    this.#problems.reset();
    for (const [balancer, standing] of balancers) {
      const now = stateWord(standing);
      for (const state of SYNC_WORDS) this.#states.set({ balancer, state }, state === now ? 1 : 0);
      this.#problems.set({ balancer }, standing.problems.length);
    }
  }
}

/** One that has done nothing yet has not confirmed anything either. */
function stateWord({ lastError, converged, pending }: BalancerState): SyncWord {
  if (lastError !== null) return "failed";
  if (converged) return "converged";
  return pending ? "pending" : "unconfirmed";
}
