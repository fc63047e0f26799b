import {
  Balancer,
  type BalancerPlugin,
  type CallOptions,
  type Change,
  type Cluster,
  type JsonSchema,
  type NodeReport,
  type Problem,
  type SchemaValidator,
  type SyncResult,
  schemaValidator,
} from "@lighthouse-sd/core";
import { findProgram } from "@lighthouse-sd/plugin-kit";
import { clusterSchema, configSchema } from "./config-schema.js";
import type { NginxBlock, NginxConfig } from "./nginx-config.js";
import { NginxTarget } from "./nginx-target.js";
import { validateClusters } from "./validate-clusters.js";

const validateConfig: SchemaValidator<NginxConfig> = schemaValidator<NginxConfig>(configSchema);

/** Keeps the upstreams of an nginx in line with the members of its clusters. */
export default class NginxBalancer extends Balancer<NginxConfig, NginxBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;

  #target: NginxTarget | undefined;

  /** nginx, and the program that has it load its files. */
  static async validateDependencies({ config }: CallOptions & { readonly config?: NginxConfig }): Promise<boolean> {
    const directory = process.cwd();
    await findProgram(config?.binary ?? "nginx", { key: "binary", directory });
    if (config?.reload?.[0] !== undefined) await findProgram(config.reload[0], { key: "reload", directory });
    return true;
  }

  static validateConfig(config: unknown): NginxConfig {
    return validateConfig(config);
  }

  static validateClusters(
    config: NginxConfig,
    clusters: readonly Omit<Cluster<NginxBlock>, "nodes" | "live">[],
  ): readonly Problem[] {
    return validateClusters(config, clusters);
  }

  override async applyConfig(config: NginxConfig): Promise<void> {
    await this.#target?.stop();
    this.#target = new NginxTarget(config, this.context);
  }

  override async syncFile(clusters: readonly Cluster<NginxBlock>[], { signal }: CallOptions): Promise<SyncResult> {
    return this.#applied().sync(clusters, signal);
  }

  override async plan(clusters: readonly Cluster<NginxBlock>[], { signal }: CallOptions): Promise<readonly Change[]> {
    signal.throwIfAborted();
    return this.#applied().plan(clusters);
  }

  override async describe(cluster: Cluster<NginxBlock>, { signal }: CallOptions): Promise<readonly NodeReport[]> {
    signal.throwIfAborted();
    return this.#applied().describe(cluster);
  }

  override async stop(_options: CallOptions): Promise<void> {
    await this.#target?.stop();
  }

  #applied(): NginxTarget {
    if (this.#target === undefined) throw new Error(`${this.context.name}: no configuration was applied yet`);
    return this.#target;
  }
}

NginxBalancer satisfies BalancerPlugin<NginxConfig, NginxBlock>;
