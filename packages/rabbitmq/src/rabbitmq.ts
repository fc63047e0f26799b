import {
  Balancer,
  type BalancerPlugin,
  type CallOptions,
  type Change,
  type Cluster,
  type JsonSchema,
  type NodeReport,
  type Problem,
  type SyncResult,
} from "@lighthouse-sd/core";
import { BrokerCommands } from "./broker/broker-commands.js";
import { BrokerTarget } from "./broker-target.js";
import { clusterSchema } from "./config/cluster-schema.js";
import { configSchema } from "./config/config-schema.js";
import type { RabbitMQBlock, RabbitMQConfig } from "./config/rabbitmq-config.js";
import { validateClusters } from "./config/validate-clusters.js";
import { validateConfig } from "./config/validate-config.js";
import { planTarget } from "./plan-target.js";

const DEFAULTS = { command: ["rabbitmqctl"], queues_command: ["rabbitmq-queues"], environment: {} } as const;
const DEPENDENCIES_MS = 15_000;

/** Keeps the RabbitMQ broker on this host in line with the members of its cluster. */
export class RabbitMQ extends Balancer<RabbitMQConfig, RabbitMQBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;

  #config: RabbitMQConfig | undefined;
  #target: BrokerTarget | undefined;

  static async validateDependencies({
    config,
    signal,
  }: CallOptions & { readonly config?: RabbitMQConfig }): Promise<boolean> {
    await new BrokerCommands(config ?? DEFAULTS).require({ signal, timeoutMs: DEPENDENCIES_MS });
    return true;
  }

  static validateConfig(config: unknown): RabbitMQConfig {
    return validateConfig(config);
  }

  static validateClusters(
    _config: RabbitMQConfig,
    clusters: readonly Omit<Cluster<RabbitMQBlock>, "nodes" | "live">[],
  ): readonly Problem[] {
    return validateClusters(clusters);
  }

  override async applyConfig(config: RabbitMQConfig): Promise<void> {
    await this.#target?.stop();
    this.#config = config;
    this.#target = new BrokerTarget(config, this.context, { now: () => performance.now(), random: Math.random });
  }

  override async syncFile(clusters: readonly Cluster<RabbitMQBlock>[], options: CallOptions): Promise<SyncResult> {
    options.signal.throwIfAborted();
    if (this.#target === undefined) throw new Error("syncFile was called before applyConfig");
    return await this.#target.sync(clusters, options);
  }

  override async plan(clusters: readonly Cluster<RabbitMQBlock>[], options: CallOptions): Promise<readonly Change[]> {
    options.signal.throwIfAborted();
    if (this.#config === undefined) throw new Error("plan was called before applyConfig");
    return await planTarget(this.#config, this.context, clusters, options);
  }

  override async describe(cluster: Cluster<RabbitMQBlock>): Promise<readonly NodeReport[]> {
    return this.#target?.describe(cluster) ?? [];
  }

  override async stop(): Promise<void> {
    await this.#target?.stop();
  }
}

RabbitMQ satisfies BalancerPlugin<RabbitMQConfig, RabbitMQBlock>;
