import {
  type CallOptions,
  Discovery,
  type DiscoveryPlugin,
  durationMs,
  type JsonSchema,
  type Node,
  type Registration,
  type SchemaValidator,
  serializeNode,
  type Watcher,
} from "@lighthouse-sd/core";
import { clusterSchema, type EtcdBlock } from "./config/block.js";
import { configSchema, type EtcdDiscoveryConfig, validateConfig } from "./config/config.js";
import { parseHosts } from "./config/hosts.js";
import { readCredentials } from "./connection/credentials.js";
import { openConnection } from "./connection/open-connection.js";
import { SharedConnection } from "./connection/shared-connection.js";
import { keysBelow } from "./key-range.js";
import { reportNode } from "./report/report-node.js";
import { valueReader } from "./watch/record-value.js";
import { watchCluster } from "./watch/watch-cluster.js";

/** Finds the nodes of clusters in etcd, and keeps this host's own there. */
export default class EtcdDiscovery extends Discovery<EtcdDiscoveryConfig, EtcdBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;
  static readonly validateConfig: SchemaValidator<EtcdDiscoveryConfig> = validateConfig;

  #configured: Configured | undefined;

  /** Needs nothing but Node. */
  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig(config: EtcdDiscoveryConfig): void {
    const range = keysBelow(config.prefix);
    const { directory } = this.context;
    const shared = new SharedConnection({
      hosts: parseHosts(config.hosts, config.tls !== undefined),
      open: async (host, signal) =>
        openConnection(host, { credentials: await readCredentials(config, directory), range, random }, signal),
      random,
    });
    this.#configured = { config, shared };
  }

  override async watch(
    cluster: string,
    block: EtcdBlock | null,
    watcher: Watcher,
    { signal }: CallOptions,
  ): Promise<void> {
    const { config, shared } = this.#use();
    const range = keysBelow(block?.prefix ?? `${config.prefix}/${requireName(cluster)}`);
    const readValue = valueReader(block?.format ?? "lighthouse");
    await shared.hold(() => watchCluster({ shared, range, readValue, watcher, random }, signal));
  }

  override async report(
    service: string,
    node: Node,
    registration: Registration,
    { signal }: CallOptions,
  ): Promise<void> {
    const { config, shared } = this.#use();
    const shown = `${config.prefix}/${requireName(service)}/${node.name}`;
    const leaseSeconds = Math.ceil(durationMs(config.lease) / 1000);
    const reported = { key: Buffer.from(shown), shown, value: Buffer.from(serializeNode(node)), leaseSeconds };
    await shared.hold(() => reportNode({ shared, reported, registration, random }, signal));
  }

  override async stop(): Promise<void> {
    this.#configured?.shared.close();
  }

  #use(): Configured {
    if (this.#configured === undefined) throw new Error(`discovery "${this.context.name}" was used before applyConfig`);
    return this.#configured;
  }
}

interface Configured {
  readonly config: EtcdDiscoveryConfig;
  readonly shared: SharedConnection;
}

const random = Math.random;

/** Names become keys: one that leads elsewhere is refused, though no accepted configuration has one. */
function requireName(name: string): string {
  if (/^[A-Za-z0-9._-]+$/.test(name)) return name;
  throw new Error(`a name must be made of letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}`);
}

EtcdDiscovery satisfies DiscoveryPlugin<EtcdDiscoveryConfig, EtcdBlock>;
