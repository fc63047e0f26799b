import {
  type CallOptions,
  Discovery,
  type DiscoveryPlugin,
  durationMs,
  type JsonSchema,
  type SchemaValidator,
  type Watcher,
} from "@lighthouse-sd/core";
import { clusterSchema, configSchema, type DnsBlock, type DnsDiscoveryConfig, validateConfig } from "./config.js";
import type { Lifetimes } from "./known-members.js";
import { nameServers } from "./name-servers.js";
import { Resolver } from "./resolver.js";
import { watchName } from "./watch-name.js";

/** Finds the nodes of clusters in DNS. */
export default class DnsDiscovery extends Discovery<DnsDiscoveryConfig, DnsBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;
  static readonly validateConfig: SchemaValidator<DnsDiscoveryConfig> = validateConfig;

  #configured: { readonly resolver: Resolver; readonly lifetimes: Omit<Lifetimes, "keepMs"> } | undefined;

  /** Needs nothing but Node. */
  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig(config: DnsDiscoveryConfig): void {
    this.#configured = {
      resolver: new Resolver({
        servers: nameServers(config.servers),
        timeoutMs: durationMs(config.timeout),
        attempts: config.attempts,
      }),
      lifetimes: { minTtlMs: durationMs(config.min_ttl), maxTtlMs: durationMs(config.max_ttl) },
    };
  }

  override async watch(
    cluster: string,
    block: DnsBlock | null,
    watcher: Watcher,
    { signal }: CallOptions,
  ): Promise<void> {
    const { name } = this.context;
    if (this.#configured === undefined) throw new Error(`discovery "${name}" was used before applyConfig`);
    if (block === null) {
      const wanted = `${name}: {srv: <name>}, or ${name}: {host: <name>, port: <number>}`;
      watcher.lost(new Error(`the file of cluster ${cluster} does not say what to look up: add ${wanted}`));
      return untilAborted(signal);
    }
    const { resolver, lifetimes } = this.#configured;
    const keepMs = block.keep === undefined ? 0 : durationMs(block.keep);
    await watchName(resolver, block, { ...lifetimes, keepMs }, watcher, signal);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

DnsDiscovery satisfies DiscoveryPlugin<DnsDiscoveryConfig, DnsBlock>;
