import type { CallOptions, Change, Cluster, Watcher } from "@lighthouse-sd/core";
import { goodRecord } from "./sample-nodes.js";
import { TinyBalancer, TinyDiscovery } from "./small-plugins.js";

/** A balancer that tells what a test says it would do, and a sync of which is a mistake. */
export class PlanningBalancer extends TinyBalancer {
  /** What all of them were asked for. */
  static given: (readonly Cluster[])[] = [];
  static stops = 0;
  static answer: (options: CallOptions) => unknown = () => [];

  override plan(clusters: readonly Cluster[], options: CallOptions): Promise<readonly Change[]> {
    PlanningBalancer.given.push(clusters);
    return Promise.resolve(options).then(PlanningBalancer.answer) as Promise<readonly Change[]>;
  }

  override syncFile(): never {
    throw new Error("a plan must not sync");
  }

  override stop(): Promise<void> {
    PlanningBalancer.stops++;
    return Promise.resolve();
  }
}

/** A discovery that answers, fails or says nothing, by its configuration's `path`: `answers`, `fails`, `silent`. */
export class AnsweringDiscovery extends TinyDiscovery {
  static watches = 0;
  #path: string | undefined;

  override applyConfig(config?: { readonly path?: string }): void {
    this.#path = config?.path;
  }

  override watch(_cluster?: string, _block?: unknown, watcher?: Watcher, options?: CallOptions): Promise<void> {
    AnsweringDiscovery.watches++;
    if (this.#path === "answers") watcher?.records([goodRecord("a", "10.0.0.1"), goodRecord("b", "10.0.0.2")]);
    if (this.#path === "fails") watcher?.lost(new Error("refused"));
    return new Promise((resolve) => {
      options?.signal.addEventListener("abort", () => {
        AnsweringDiscovery.watches--;
        resolve();
      });
    });
  }
}
