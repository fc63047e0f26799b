import { describe, expect, expectTypeOf, it } from "vitest";
import {
  Balancer,
  type BalancerPlugin,
  type CallOptions,
  type Change,
  Check,
  type CheckPlugin,
  type CheckTarget,
  type Cluster,
  CONTRACT,
  type Context,
  Discovery,
  type DiscoveryPlugin,
  type JsonSchema,
  type Node,
  type Registration,
  type SyncResult,
  type Watcher,
} from "../src/index.js";
import type * as published from "./fixtures/core-1.0.0.js";

interface Config {
  readonly path: string;
}
interface Block {
  readonly port: number;
}

/** The least that a balancer is. */
class Smallest extends Balancer<Config, Block> {
  static readonly configSchema: JsonSchema = {};
  static readonly clusterSchema: JsonSchema = {};
  static async validateDependencies(): Promise<boolean> {
    return true;
  }
  static validateConfig(_config: unknown): Config {
    return { path: "a" };
  }
  override applyConfig(_config: Config): void {}
  override async syncFile(_clusters: readonly Cluster<Block>[]): Promise<SyncResult> {
    return { converged: true, changes: [] };
  }
}
Smallest satisfies BalancerPlugin<Config, Block>;

/** The same with all that is optional. */
class Whole extends Smallest {
  static validateClusters(_config: Config, _clusters: readonly Omit<Cluster<Block>, "nodes" | "live">[]): [] {
    return [];
  }
  override async plan(_clusters: readonly Cluster<Block>[], _options: CallOptions): Promise<readonly Change[]> {
    return [];
  }
  override async stop(_options: CallOptions): Promise<void> {}
}
Whole satisfies BalancerPlugin<Config, Block>;

/** What an engine holds: a plugin whose types it does not know. */
type AnyPlugin = BalancerPlugin<unknown>;

describe("a balancer of this core", () => {
  it("need not have what is optional", () => {
    expectTypeOf<typeof Smallest>().toExtend<BalancerPlugin<Config, Block>>();
    expectTypeOf<typeof Whole>().toExtend<BalancerPlugin<Config, Block>>();
    expectTypeOf<Smallest["plan"]>().extract<undefined>().toBeUndefined();
  });

  it("is one without extending the class", () => {
    class Lookalike {
      static readonly kind = "balancer" as const;
      static readonly configSchema: JsonSchema = {};
      static readonly clusterSchema: JsonSchema = {};
      static readonly validateDependencies = async (): Promise<boolean> => true;
      static readonly validateConfig = (): Config => ({ path: "a" });
      constructor(readonly context: Context) {}
      applyConfig(): void {}
      async syncFile(): Promise<SyncResult> {
        return { converged: false, changes: [], syncAgainMs: 1000 };
      }
    }
    expectTypeOf<typeof Lookalike>().toExtend<BalancerPlugin<Config, Block>>();
  });

  it("says its kind and nothing of itself before it is made", () => {
    expect([Balancer.kind, Discovery.kind, Check.kind]).toEqual(["balancer", "discovery", "check"]);
    expect(CONTRACT).toEqual({ balancer: 1, discovery: 1, check: 1 });
  });
});

describe("the compiler refuses a balancer", () => {
  it("without a static member", () => {
    const { kind, configSchema, clusterSchema, validateConfig, validateDependencies } = Smallest;
    const statics = { kind, configSchema, clusterSchema, validateConfig, validateDependencies };
    type Statics = Omit<BalancerPlugin<Config, Block>, "validateClusters">;
    statics satisfies Statics;
    // @ts-expect-error kind
    ({ ...statics, kind: undefined }) satisfies Statics;
    // @ts-expect-error configSchema
    ({ kind, clusterSchema, validateConfig, validateDependencies }) satisfies Statics;
    // @ts-expect-error clusterSchema
    ({ kind, configSchema, validateConfig, validateDependencies }) satisfies Statics;
    // @ts-expect-error validateConfig
    ({ kind, configSchema, clusterSchema, validateDependencies }) satisfies Statics;
    // @ts-expect-error validateDependencies
    ({ kind, configSchema, clusterSchema, validateConfig }) satisfies Statics;
  });

  it("whose class forgot one, where it is declared", () => {
    class Forgetful extends Balancer<Config, Block> {
      static readonly configSchema: JsonSchema = {};
      static readonly clusterSchema: JsonSchema = {};
      static async validateDependencies(): Promise<boolean> {
        return true;
      }
      override applyConfig(): void {}
      override async syncFile(): Promise<SyncResult> {
        return { converged: true, changes: [] };
      }
    }
    // @ts-expect-error validateConfig is missing
    Forgetful satisfies BalancerPlugin<Config, Block>;
  });

  it("without an instance method", () => {
    // @ts-expect-error syncFile is missing
    class Half extends Balancer<Config, Block> {
      override applyConfig(): void {}
    }
    expect(Half).toBeDefined();
  });

  it("whose syncFile returns something else", () => {
    class Wrong extends Smallest {
      // @ts-expect-error changes are missing
      override async syncFile(): Promise<{ converged: boolean }> {
        return { converged: true };
      }
    }
    class Late extends Smallest {
      // @ts-expect-error not a promise
      override syncFile(): SyncResult {
        return { converged: true, changes: [] };
      }
    }
    expect([Wrong, Late]).toHaveLength(2);
  });

  it("whose validateConfig gives another configuration than applyConfig takes", () => {
    const { kind, configSchema, clusterSchema, validateDependencies } = Smallest;
    const mixed = { kind, configSchema, clusterSchema, validateDependencies, validateConfig: () => ({ path: 1 }) };
    // @ts-expect-error a number where a path is wanted
    mixed satisfies Omit<BalancerPlugin<Config, Block>, "validateClusters">;
  });

  it("that changes what it was given", () => {
    const write = (cluster: Cluster<Block>, node: Node): void => {
      // @ts-expect-error read-only
      cluster.live = false;
      // @ts-expect-error read-only
      node.metadata["weight"] = 5;
      // @ts-expect-error read-only
      cluster.nodes?.push(node);
    };
    expect(write).toBeTypeOf("function");
  });
});

describe("a plugin of another copy of core", () => {
  it("fits this one's engine: a balancer", () => {
    expectTypeOf<published.BalancerPlugin<Config, Block>>().toExtend<BalancerPlugin<Config, Block>>();
    expectTypeOf<published.Balancer<Config, Block>>().toExtend<Balancer<Config, Block>>();
    expectTypeOf<published.BalancerPlugin<unknown>>().toExtend<AnyPlugin>();
  });

  it("fits an older engine too", () => {
    expectTypeOf<typeof Smallest>().toExtend<published.BalancerPlugin<Config, Block>>();
    expectTypeOf<typeof Whole>().toExtend<published.BalancerPlugin<Config, Block>>();
  });

  it("is given what it can take", () => {
    expectTypeOf<Context>().toExtend<published.Context>();
    expectTypeOf<Cluster<Block>>().toExtend<published.Cluster<Block>>();
    expectTypeOf<published.SyncResult>().toExtend<SyncResult>();
    expectTypeOf<published.ConfigError>().toHaveProperty("problems");
  });
});

/** The least that a discovery is. */
class Lists extends Discovery<Config, Block> {
  static readonly configSchema: JsonSchema = {};
  static async validateDependencies(): Promise<boolean> {
    return true;
  }
  static validateConfig(_config: unknown): Config {
    return { path: "a" };
  }
  override applyConfig(_config: Config): void {}
  override async watch(_cluster: string, _block: Block | null, watcher: Watcher): Promise<void> {
    watcher.records([{ source: "a", value: "{}" }]);
  }
}
Lists satisfies DiscoveryPlugin<Config, Block>;

/** The same with all that is optional. */
class Registers extends Lists {
  static readonly clusterSchema: JsonSchema = {};
  override async report(
    _service: string,
    _node: Node,
    registration: Registration,
    { signal }: CallOptions,
  ): Promise<void> {
    if (signal.aborted && registration.keep) return;
    registration.registered();
    registration.lost(new Error("gone"));
  }
  override async stop(_options: CallOptions): Promise<void> {}
}
Registers satisfies DiscoveryPlugin<Config, Block>;

/** The least that a check is. */
class Passes extends Check<Config> {
  static readonly configSchema: JsonSchema = {};
  static async validateDependencies(): Promise<boolean> {
    return true;
  }
  static validateConfig(_config: unknown): Config {
    return { path: "a" };
  }
  override applyConfig(_config: Config): void {}
  override async perform(_target: CheckTarget, _options: CallOptions): Promise<boolean> {
    return true;
  }
}
Passes satisfies CheckPlugin<Config>;

describe("a discovery and a check of this core", () => {
  it("need not have what is optional", () => {
    expect([Lists.kind, Registers.kind, Passes.kind]).toEqual(["discovery", "discovery", "check"]);
    expectTypeOf<Discovery<Config, Block>["report"]>().extract<undefined>().toBeUndefined();
    expectTypeOf<DiscoveryPlugin<Config>["clusterSchema"]>().extract<undefined>().toBeUndefined();
  });

  it("are refused by the compiler without what is not", () => {
    // @ts-expect-error watch is missing
    class Blind extends Discovery<Config> {
      override applyConfig(): void {}
    }
    // @ts-expect-error perform is missing
    class Idle extends Check<Config> {
      override applyConfig(): void {}
    }
    // @ts-expect-error static members are missing
    Blind satisfies DiscoveryPlugin<Config>;
    // @ts-expect-error static members are missing
    Idle satisfies CheckPlugin<Config>;
  });
});
