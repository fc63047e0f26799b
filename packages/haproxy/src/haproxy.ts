import {
  Balancer,
  type BalancerPlugin,
  type CallOptions,
  type Change,
  type Cluster,
  type Context,
  type JsonSchema,
  type NodeReport,
  type Problem,
  type SyncResult,
} from "@lighthouse-sd/core";
import { clusterSchema } from "./config/cluster-schema.js";
import { configSchema } from "./config/config-schema.js";
import type { HAProxyBlock, HAProxyConfig } from "./config/haproxy-config.js";
import { validateClusters } from "./config/validate-clusters.js";
import { validateConfig } from "./config/validate-config.js";
import { resolvePaths } from "./config-file.js";
import { describeBackend } from "./describe-backend.js";
import { heldNotices } from "./held-notices.js";
import { planTarget } from "./plan-target.js";
import { requireHAProxy } from "./process/require-haproxy.js";
import { ANSWER_LIMIT_MS } from "./runtime/admin-socket.js";
import { Target } from "./target.js";

/** Keeps an HAProxy in line with the members of its clusters. */
export class HAProxy extends Balancer<HAProxyConfig, HAProxyBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;

  readonly #answerLimitMs: number;
  #config: HAProxyConfig | undefined;
  #target: Target | undefined;

  /** `answerLimitMs`: how long HAProxy may take for one answer. */
  constructor(context: Context, answerLimitMs: number = ANSWER_LIMIT_MS) {
    super(context);
    this.#answerLimitMs = answerLimitMs;
  }

  static async validateDependencies(options: CallOptions & { readonly config?: HAProxyConfig }): Promise<boolean> {
    await requireHAProxy(options.config?.binary ?? "haproxy", options);
    return true;
  }

  static validateConfig(config: unknown): HAProxyConfig {
    return validateConfig(config);
  }

  static validateClusters(
    config: HAProxyConfig,
    clusters: readonly Omit<Cluster<HAProxyBlock>, "nodes" | "live">[],
  ): readonly Problem[] {
    return validateClusters(config, clusters);
  }

  override async applyConfig(config: HAProxyConfig): Promise<void> {
    await this.#target?.stop();
    this.#config = resolvePaths(config, this.context.directory);
    this.#target = new Target(this.#config, this.context, this.#answerLimitMs);
  }

  override async syncFile(clusters: readonly Cluster<HAProxyBlock>[], options: CallOptions): Promise<SyncResult> {
    options.signal.throwIfAborted();
    if (this.#target === undefined || this.#config === undefined) {
      throw new Error("syncFile was called before applyConfig");
    }
    const notices = heldNotices(this.#config, clusters);
    const result = await this.#target.sync(clusters, options);
    return { ...result, problems: [...(result.problems ?? []), ...notices] };
  }

  override async plan(clusters: readonly Cluster<HAProxyBlock>[], options: CallOptions): Promise<readonly Change[]> {
    options.signal.throwIfAborted();
    if (this.#config === undefined) throw new Error("plan was called before applyConfig");
    return await planTarget(this.#config, this.context, clusters, options);
  }

  override async describe(cluster: Cluster<HAProxyBlock>, options: CallOptions): Promise<readonly NodeReport[]> {
    options.signal.throwIfAborted();
    if (this.#config === undefined) throw new Error("describe was called before applyConfig");
    return await describeBackend(this.#config, cluster, this.#answerLimitMs, options);
  }

  override async stop(): Promise<void> {
    await this.#target?.stop();
  }
}

HAProxy satisfies BalancerPlugin<HAProxyConfig, HAProxyBlock>;
