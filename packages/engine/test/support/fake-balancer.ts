import {
  Balancer,
  type CallOptions,
  type Cluster,
  type Context,
  type JsonSchema,
  type NodeReport,
  type SyncResult,
} from "@lighthouse-sd/core";

/** A balancer plugin that does what a test says. Every class made is a plugin of its own. */
export interface FakeBalancer {
  readonly plugin: unknown;
  /** What was called, in order. */
  readonly calls: string[];
  /** What each syncFile was given. */
  readonly given: (readonly Cluster[])[];
  /** Calls into instances that are going on. */
  running: number;
  /** The most calls that ever went on at the same time. */
  mostRunning: number;
  contexts: Context[];
  onSync: (clusters: readonly Cluster[], options: CallOptions) => unknown;
  onDependencies: (config: unknown) => unknown;
  onApply: (config: unknown) => unknown;
  onStop: () => unknown;
  /** Undefined: instances that are made now have no describe. */
  onDescribe: ((cluster: Cluster, options: CallOptions) => unknown) | undefined;
}

/** Everything is confirmed, nothing had to be done. */
export const IN_LINE: SyncResult = { converged: true, changes: [] };

export function fakeBalancer(): FakeBalancer {
  const fake: FakeBalancer = {
    plugin: undefined,
    calls: [],
    given: [],
    contexts: [],
    running: 0,
    mostRunning: 0,
    onSync: () => IN_LINE,
    onDependencies: () => true,
    onApply: () => undefined,
    onStop: () => undefined,
    onDescribe: undefined,
  };
  const called = async <T>(name: string, run: () => T): Promise<Awaited<T>> => {
    fake.calls.push(name);
    fake.running++;
    fake.mostRunning = Math.max(fake.mostRunning, fake.running);
    try {
      return await run();
    } finally {
      fake.running--;
    }
  };
  class Plugin extends Balancer<unknown> {
    static readonly configSchema: JsonSchema = {};
    static readonly clusterSchema: JsonSchema = {};
    static validateConfig = (config: unknown): unknown => config;
    static validateDependencies = async ({ config }: { config?: unknown }): Promise<boolean> => {
      fake.calls.push("validateDependencies");
      return (await fake.onDependencies(config)) as boolean;
    };
    constructor(context: Context) {
      super(context);
      fake.contexts.push(context);
      fake.calls.push("new");
      if (fake.onDescribe === undefined) return;
      this.describe = (cluster, options) => {
        return called("describe", () => fake.onDescribe?.(cluster, options)) as Promise<readonly NodeReport[]>;
      };
    }
    override describe?: (cluster: Cluster, options: CallOptions) => Promise<readonly NodeReport[]>;
    override applyConfig(config: unknown): Promise<void> {
      return called(`applyConfig ${JSON.stringify(config)}`, () => fake.onApply(config)) as Promise<void>;
    }
    override syncFile(clusters: readonly Cluster[], options: CallOptions): Promise<SyncResult> {
      fake.given.push(clusters);
      return called("syncFile", () => fake.onSync(clusters, options)) as Promise<SyncResult>;
    }
    override stop(): Promise<void> {
      return called("stop", () => fake.onStop()) as Promise<void>;
    }
  }
  return Object.assign(fake, { plugin: Plugin });
}
