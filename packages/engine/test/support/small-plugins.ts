import {
  Balancer,
  type BalancerPlugin,
  Discovery,
  type DiscoveryPlugin,
  type JsonSchema,
  type Problem,
  type SyncResult,
  schemaValidator,
} from "@lighthouse-sd/core";
import type { BuiltInPlugin } from "../../src/plugins/built-in-plugin.js";
import { PluginFinder } from "../../src/plugins/plugin-finder.js";

interface TinyConfig {
  readonly target: string;
  readonly stats_port?: number;
}

interface TinyBlock {
  readonly port: number;
  readonly tls: boolean;
}

/** A balancer that writes nothing; no two clusters, and not its own statistics, may have one port. */
export class TinyBalancer extends Balancer<TinyConfig, TinyBlock> {
  static readonly configSchema: JsonSchema = {
    type: "object",
    required: ["target"],
    additionalProperties: false,
    properties: { target: { type: "string" }, stats_port: { port: true }, drain: { duration: "off", default: "30s" } },
  };
  static readonly clusterSchema: JsonSchema = {
    type: "object",
    required: ["port"],
    additionalProperties: false,
    properties: { port: { port: true }, tls: { type: "boolean", default: false }, lines: { type: "array" } },
  };

  static validateDependencies({ config }: { readonly config?: TinyConfig }): Promise<boolean> {
    if (config?.target === "missing") return Promise.reject(new Error("the program missing is not installed"));
    return Promise.resolve(true);
  }

  static validateConfig(config: unknown): TinyConfig {
    return schemaValidator<TinyConfig>(TinyBalancer.configSchema)(config);
  }

  static validateClusters(
    config: TinyConfig,
    clusters: readonly { readonly name: string; readonly config: TinyBlock }[],
  ): readonly Problem[] {
    const others = (name: string, port: number): readonly string[] =>
      clusters.filter((other) => other.name !== name && other.config.port === port).map((other) => other.name);
    return clusters.flatMap(({ name, config: { port } }): Problem[] => {
      const users = [...others(name, port), ...(config.stats_port === port ? ["statistics"] : [])];
      if (users.length === 0) return [];
      return [{ path: [name, "port"], message: `port ${port} is also that of ${users.join(", ")}` }];
    });
  }

  applyConfig(): void {}

  syncFile(): Promise<SyncResult> {
    return Promise.resolve({ converged: true, changes: [] });
  }
}

TinyBalancer satisfies BalancerPlugin<TinyConfig, TinyBlock>;

/** A discovery that knows nobody. */
export class TinyDiscovery extends Discovery<object> {
  static readonly configSchema: JsonSchema = {
    type: "object",
    additionalProperties: false,
    properties: { path: { type: "string" }, ttl: { duration: "off" } },
  };
  static readonly clusterSchema: JsonSchema = {
    type: "object",
    additionalProperties: false,
    properties: { tag: { type: "string", default: "all" } },
  };

  static validateDependencies(): Promise<boolean> {
    return Promise.resolve(true);
  }

  static validateConfig(config: unknown): object {
    return schemaValidator<object>(TinyDiscovery.configSchema)(config);
  }

  applyConfig(): void {}

  watch(): Promise<void> {
    return Promise.resolve();
  }
}

TinyDiscovery satisfies DiscoveryPlugin<object>;

/** A built-in package of one plugin. */
export function builtIn(kind: string, name: string, plugin: unknown, contract = 1): BuiltInPlugin {
  return {
    manifest: {
      name: `@test/${name}`,
      version: "1.2.3",
      "lighthouse-sd": { contract, plugins: [{ kind, name, export: "." }] },
    },
    load: () => Promise.resolve({ default: plugin }),
  };
}

/** Finds the balancer `tiny`, the discovery `list`, and `more`; nothing that is installed. */
export function tinyFinder(...more: readonly BuiltInPlugin[]): PluginFinder {
  const own = [builtIn("balancer", "tiny", TinyBalancer), builtIn("discovery", "list", TinyDiscovery)];
  return new PluginFinder({ builtIn: [...own, ...more], searchFrom: [] });
}
