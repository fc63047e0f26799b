import {
  type CallOptions,
  Discovery,
  type DiscoveryPlugin,
  type JsonSchema,
  type Node,
  type Registration,
} from "@lighthouse-sd/core";

/** One call of `report` as the fake sees it. */
export interface FakeReport {
  readonly service: string;
  readonly node: Node;
  readonly registration: Registration;
  readonly signal: AbortSignal;
  /** Ends the report as a plugin that gives up. */
  fail(error: unknown): void;
}

/** A registry in memory that keeps to the contract, and what happened in it. */
export interface FakeRegistry {
  readonly plugin: DiscoveryPlugin<unknown>;
  /** What stands in it now: `service/name` and the node's metadata. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** `put web/app:80`, `delete web/app:80`, in order. */
  readonly events: string[];
  readonly reports: FakeReport[];
  /** False: it does not answer. */
  answers: boolean;
  /** The most reports of one node that ran at once. */
  mostAtOnce: number;
  /** Puts off the end of reports until it resolves. */
  ending: Promise<void>;
  onDependencies: () => Promise<boolean>;
  stopped: number;
  /** Answers again: what waits is put. */
  restore(): void;
}

export function fakeRegistry(): FakeRegistry {
  const nodes = new Map<string, Node>();
  const owners = new Map<string, object>();
  const running = new Map<string, number>();
  const waiting = new Set<() => void>();
  const fake: Omit<FakeRegistry, "plugin"> = {
    nodes,
    events: [],
    reports: [],
    answers: true,
    mostAtOnce: 0,
    ending: Promise.resolve(),
    onDependencies: async () => true,
    stopped: 0,
    restore: () => {
      fake.answers = true;
      for (const put of [...waiting]) put();
    },
  };

  class Plugin extends Discovery<unknown> {
    static readonly configSchema: JsonSchema = {};
    static validateConfig = (config: unknown): unknown => config;
    static validateDependencies = (): Promise<boolean> => fake.onDependencies();
    override applyConfig(): void {}
    override watch(): Promise<void> {
      return Promise.reject(new Error("nobody watches here"));
    }
    override async report(
      service: string,
      node: Node,
      registration: Registration,
      { signal }: CallOptions,
    ): Promise<void> {
      const key = `${service}/${node.name}`;
      const owner = {};
      const count = (step: number): void => {
        running.set(key, (running.get(key) ?? 0) + step);
        fake.mostAtOnce = Math.max(fake.mostAtOnce, running.get(key) ?? 0);
      };
      count(1);
      const put = (): void => {
        waiting.delete(put);
        if (signal.aborted) return;
        nodes.set(key, node);
        owners.set(key, owner);
        fake.events.push(`put ${key}`);
        registration.registered();
      };
      try {
        await new Promise<void>((resolve, fail) => {
          fake.reports.push({ service, node, registration, signal, fail });
          signal.addEventListener("abort", () => resolve(), { once: true });
          if (fake.answers) return put();
          waiting.add(put);
          registration.lost(new Error("the registry does not answer"));
        });
        await fake.ending;
        if (registration.keep || owners.get(key) !== owner) return;
        nodes.delete(key);
        fake.events.push(`delete ${key}`);
      } finally {
        waiting.delete(put);
        count(-1);
      }
    }
    override async stop(): Promise<void> {
      fake.stopped++;
    }
  }
  return Object.assign(fake, { plugin: Plugin satisfies DiscoveryPlugin<unknown> });
}
