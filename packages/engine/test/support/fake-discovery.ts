import {
  type CallOptions,
  type Context,
  Discovery,
  type DiscoveryRecord,
  type JsonSchema,
  type Watcher,
} from "@lighthouse-sd/core";

/** One watch as the fake sees it. */
export interface FakeWatch {
  readonly cluster: string;
  readonly block: unknown;
  readonly watcher: Watcher;
  readonly signal: AbortSignal;
  /** Ends the watch as a plugin that gives up. */
  fail(error: unknown): void;
}

/** A discovery plugin that does what a test says. Every class made is a plugin of its own. */
export interface FakeDiscovery {
  readonly plugin: unknown;
  /** All watches so far, in the order they were started. */
  readonly watches: FakeWatch[];
  /** The running watch of a cluster. */
  watch(cluster: string): FakeWatch;
  /** What was called, in order. */
  readonly calls: string[];
  /** Runs in place of the ordinary watch. */
  onWatch: ((watch: FakeWatch) => unknown) | undefined;
  onDependencies: () => Promise<boolean>;
  onApply: () => void;
  answer(cluster: string, records: readonly DiscoveryRecord[]): void;
}

export function fakeDiscovery(): FakeDiscovery {
  const watches: FakeWatch[] = [];
  const calls: string[] = [];
  const fake: FakeDiscovery = {
    watches,
    calls,
    onWatch: undefined,
    onDependencies: async () => true,
    onApply: () => undefined,
    plugin: undefined,
    watch: (cluster) => {
      const found = watches.findLast((watch) => watch.cluster === cluster && !watch.signal.aborted);
      if (found === undefined) throw new Error(`no watch of ${cluster} is running`);
      return found;
    },
    answer: (cluster, records) => fake.watch(cluster).watcher.records(records),
  };
  class Plugin extends Discovery<unknown> {
    static readonly configSchema: JsonSchema = {};
    static validateConfig = (config: unknown): unknown => config;
    static validateDependencies = (): Promise<boolean> => fake.onDependencies();
    constructor(context: Context) {
      super(context);
      calls.push("new");
    }
    override applyConfig(config: unknown): void {
      calls.push(`applyConfig ${JSON.stringify(config)}`);
      fake.onApply();
    }
    override watch(cluster: string, block: unknown, watcher: Watcher, { signal }: CallOptions): Promise<void> {
      calls.push(`watch ${cluster}`);
      let fail: (error: unknown) => void = () => undefined;
      const ended = new Promise<void>((resolve, reject) => {
        fail = reject;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      ended.catch(() => undefined);
      const watch = { cluster, block, watcher, signal, fail };
      watches.push(watch);
      if (fake.onWatch === undefined) return ended;
      return fake.onWatch(watch) as Promise<void>;
    }
    override async stop(): Promise<void> {
      calls.push("stop");
    }
  }
  return Object.assign(fake, { plugin: Plugin });
}
