import {
  type CallOptions,
  Discovery,
  type DiscoveryPlugin,
  type JsonSchema,
  type Node,
  type Registration,
  serializeNode,
  type Watcher,
} from "@lighthouse-sd/core";
import { clusterSchema, configSchema, validateConfig, type ZooKeeperBlock, type ZooKeeperConfig } from "./config.js";
import { recordFormat } from "./records/record-format.js";
import { keepRegistered } from "./report/keep-registered.js";
import { withdraw } from "./report/withdraw.js";
import { znodeAcl } from "./report/znode-acl.js";
import { joinPath, pathProblem } from "./session/server-address.js";
import { SharedSession } from "./shared-session.js";
import { followCluster } from "./watch/follow-cluster.js";

/** Finds the nodes of clusters in ZooKeeper, and registers this host's own. */
export default class ZooKeeperDiscovery extends Discovery<ZooKeeperConfig, ZooKeeperBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;

  #shared: SharedSession | undefined;

  /** Needs nothing but Node. */
  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  /** Returns a copy with defaults filled in; throws ConfigError with every problem. */
  static validateConfig(config: unknown): ZooKeeperConfig {
    return validateConfig(config);
  }

  override applyConfig(config: ZooKeeperConfig): void {
    this.#shared = new SharedSession(config, this.context);
  }

  override async watch(
    cluster: string,
    block: ZooKeeperBlock | null,
    watcher: Watcher,
    { signal }: CallOptions,
  ): Promise<void> {
    const { session, config, base, chroot } = this.#open();
    const path = block?.path === undefined ? joinPath(base, requireName(cluster)) : joinPath(chroot, block.path);
    const wrong = pathProblem(path);
    if (wrong !== undefined) throw new Error(`the path ${JSON.stringify(path)} of cluster ${cluster} ${wrong}`);
    const format = recordFormat(block?.format ?? config.format, block?.endpoint);
    await followCluster({ session, path, format, watcher, random: Math.random }, signal);
  }

  override async report(
    service: string,
    node: Node,
    registration: Registration,
    { signal }: CallOptions,
  ): Promise<void> {
    const shared = this.#open();
    const { session, config } = shared;
    if (config.format !== "lighthouse") {
      throw new Error(`discovery "${this.context.name}" reads records of ${config.format}; it can write none`);
    }
    const path = joinPath(shared.base, requireName(service), requireName(`${node.host}:${node.port}`));
    const acl = znodeAcl(config.acl ?? (config.username === undefined ? "open" : "protected"));
    const data = Buffer.from(serializeNode(node), "utf8");
    shared.reportBegins(path);
    const reported = { path, data, acl };
    await keepRegistered({ session, node: reported, registration, log: this.context.log, random: Math.random }, signal);
    if (registration.keep) return shared.reportKept(path);
    await withdraw(session, path).catch((error: unknown) => {
      shared.reportLeft(path);
      throw error;
    });
  }

  override async stop(): Promise<void> {
    await this.#shared?.close();
  }

  #open(): SharedSession {
    if (this.#shared === undefined) throw new Error(`discovery "${this.context.name}" was used before applyConfig`);
    return this.#shared.open();
  }
}

/** A name that is one part of a path. */
function requireName(name: string): string {
  if (name !== "" && !name.includes("/") && pathProblem(name) === undefined) return name;
  throw new Error(`${JSON.stringify(name)} cannot be a name in ZooKeeper`);
}

ZooKeeperDiscovery satisfies DiscoveryPlugin<ZooKeeperConfig, ZooKeeperBlock>;
