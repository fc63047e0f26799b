import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Balancer,
  type BalancerPlugin,
  type Change,
  type Cluster,
  type SyncResult,
  schemaValidator,
} from "@lighthouse-sd/core";
import { silentContext } from "../plugin/silent-context.js";
import type { BalancerSubject, BalancerTarget } from "./balancer-subject.js";
import { type DirectorySnapshot, snapshot, textsIn } from "./directory-snapshot.js";
import { SampleClusters } from "./sample-clusters.js";
import { assertSyncResult } from "./sync-result-shape.js";

const DEFAULT_SETTLE_MS = 5000;
const DEFAULT_CONVERGE_MS = 60_000;
const LONGEST_PAUSE_MS = 1000;

/** Where one promise is tried: a target, the instances made for it, and what has become of its files. */
export class BalancerBench {
  readonly subject: BalancerSubject;
  readonly target: BalancerTarget;
  readonly samples: SampleClusters;
  readonly settleMs: number;
  readonly #made: Balancer<unknown>[] = [];

  constructor(subject: BalancerSubject, target: BalancerTarget) {
    this.subject = subject;
    this.target = target;
    this.samples = new SampleClusters(subject, schemaValidator(subject.plugin.clusterSchema));
    this.settleMs = subject.settleMs ?? DEFAULT_SETTLE_MS;
  }

  get plugin(): BalancerPlugin<unknown> {
    return this.subject.plugin;
  }

  /** The target's configuration, as its file would hold it. */
  get given(): unknown {
    return this.target.config;
  }

  /** The target's configuration, validated. */
  get config(): unknown {
    return this.plugin.validateConfig(this.given);
  }

  /** A new instance without a configuration. */
  construct(name = "conformance"): Balancer<unknown> {
    const balancer = new this.plugin(silentContext(name, this.target.directory));
    this.#made.push(balancer);
    return balancer;
  }

  /** A new instance with the target's configuration. */
  async start(name?: string): Promise<Balancer<unknown>> {
    const balancer = this.construct(name);
    await balancer.applyConfig(this.config);
    return balancer;
  }

  async stop(balancer: Balancer<unknown>): Promise<void> {
    await balancer.stop?.({ signal: new AbortController().signal });
  }

  /** One sync, whatever comes of it. */
  async sync(
    balancer: Balancer<unknown>,
    clusters: readonly Cluster[],
    signal: AbortSignal = new AbortController().signal,
  ): Promise<SyncResult> {
    const result: unknown = await balancer.syncFile(this.samples.given(clusters), { signal });
    assertSyncResult(result);
    return result;
  }

  /** Syncs until the target has confirmed everything; returns all that was changed. */
  async converge(balancer: Balancer<unknown>, clusters: readonly Cluster[]): Promise<readonly Change[]> {
    const limit = this.subject.convergeMs ?? DEFAULT_CONVERGE_MS;
    const deadline = performance.now() + limit;
    const changes: Change[] = [];
    for (;;) {
      const result = await this.sync(balancer, clusters);
      changes.push(...result.changes);
      if (result.converged) return changes;
      const problems = JSON.stringify(result.problems ?? []);
      assert.ok(performance.now() < deadline, `the target did not confirm within ${limit} ms; problems: ${problems}`);
      await sleep(Math.min(result.syncAgainMs ?? 100, LONGEST_PAUSE_MS));
    }
  }

  /** Throws unless a sync with these clusters confirms at once and leaves target and files alone. */
  async assertSettled(balancer: Balancer<unknown>, clusters: readonly Cluster[], when: string): Promise<void> {
    const before = await this.snapshot();
    const { converged, changes } = await this.sync(balancer, clusters);
    assert.deepEqual(changes, [], `there was something to change ${when}`);
    assert.equal(converged, true, `the target did not confirm ${when}`);
    assert.deepEqual(await this.snapshot(), before, `files were touched ${when}`);
  }

  snapshot(): Promise<DirectorySnapshot> {
    return snapshot(this.target.directory, (path) => this.#ignores(path));
  }

  /** Everything that reached the target, by name. */
  async texts(): Promise<Readonly<Record<string, string>>> {
    const own = this.target.files?.();
    return Object.fromEntries(await (own ?? textsIn(this.target.directory, (path) => this.#ignores(path))));
  }

  /** Stops every instance and ends the target. */
  async close(): Promise<void> {
    try {
      for (const balancer of this.#made) await this.stop(balancer);
    } finally {
      await this.target.dispose?.();
    }
  }

  #ignores(path: string): boolean {
    return this.target.ignore?.(path) ?? false;
  }
}
