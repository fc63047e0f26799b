import {
  Balancer,
  type BalancerPlugin,
  type CallOptions,
  type Change,
  type Cluster,
  durationMs,
  type JsonSchema,
  type NodeReport,
  type Problem,
  type SyncResult,
} from "@lighthouse-sd/core";
import { ClientsPart } from "./clients/clients-part.js";
import { clusterSchema } from "./config/cluster-schema.js";
import { configSchema } from "./config/config-schema.js";
import type { PostgreSQLBlock, PostgreSQLConfig } from "./config/postgresql-config.js";
import { validateClusters } from "./config/validate-clusters.js";
import { validateConfig } from "./config/validate-config.js";
import { joinReports } from "./describe/join-reports.js";
import type { PartResult } from "./part-result.js";
import { resolvePaths } from "./resolve-paths.js";
import { ServerPart } from "./server/server-part.js";

/** Keeps a PostgreSQL server, and what clients read, in line with the members of a replication set. */
export class PostgreSQL extends Balancer<PostgreSQLConfig, PostgreSQLBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;

  #config: PostgreSQLConfig | undefined;
  #server: ServerPart | undefined;
  #clients: ClientsPart | undefined;

  /** Needs nothing but its own libraries: servers are spoken to over their sockets. */
  static async validateDependencies(_options: CallOptions & { readonly config?: PostgreSQLConfig }): Promise<boolean> {
    return true;
  }

  static validateConfig(config: unknown): PostgreSQLConfig {
    return validateConfig(config);
  }

  static validateClusters(
    config: PostgreSQLConfig,
    clusters: readonly Omit<Cluster<PostgreSQLBlock>, "nodes" | "live">[],
  ): readonly Problem[] {
    return validateClusters(config, clusters);
  }

  override async applyConfig(config: PostgreSQLConfig): Promise<void> {
    await this.stop();
    const { server, clients } = resolvePaths(config, this.context.directory);
    this.#config = config;
    this.#server = server === undefined ? undefined : new ServerPart(server, this.context);
    this.#clients = clients === undefined ? undefined : new ClientsPart(clients, this.context);
  }

  override async syncFile(clusters: readonly Cluster<PostgreSQLBlock>[], options: CallOptions): Promise<SyncResult> {
    options.signal.throwIfAborted();
    if (this.#config === undefined) throw new Error("syncFile was called before applyConfig");
    const sorted = [...clusters].sort((a, b) => (a.name < b.name ? -1 : 1));
    const clients = await attempt(this.#clients?.sync(sorted, options), "clients");
    const server = await attempt(this.#server?.sync(sorted, options), "server");
    options.signal.throwIfAborted();
    const failed = [clients, server].filter((part) => "error" in part);
    // Where the other part has done its work, that is told as well.
    if (failed.length > 0 && (this.#clients === undefined || this.#server === undefined || failed.length === 2)) {
      throw failed[0]?.error;
    }
    const complete = clients.complete && server.complete;
    return {
      converged: complete,
      changes: [...clients.changes, ...server.changes],
      problems: [...clients.problems, ...server.problems],
      ...(complete ? { syncAgainMs: durationMs(this.#config.reconcile_interval) } : {}),
    };
  }

  override async plan(clusters: readonly Cluster<PostgreSQLBlock>[], options: CallOptions): Promise<readonly Change[]> {
    options.signal.throwIfAborted();
    if (this.#config === undefined) throw new Error("plan was called before applyConfig");
    const sorted = [...clusters].sort((a, b) => (a.name < b.name ? -1 : 1));
    const clients = (await this.#clients?.plan(sorted, options)) ?? [];
    const server = (await this.#server?.plan(sorted, options)) ?? [];
    return [...clients, ...server];
  }

  /** Where both parts have something to say of a node, the server's word for its state counts. */
  override async describe(cluster: Cluster<PostgreSQLBlock>, options: CallOptions): Promise<readonly NodeReport[]> {
    options.signal.throwIfAborted();
    if (this.#config === undefined) throw new Error("describe was called before applyConfig");
    const parts = [this.#server?.describe(cluster, options), this.#clients?.describe(cluster, options)];
    const [server, clients] = await Promise.all(parts);
    return joinReports(server, clients);
  }

  override async stop(): Promise<void> {
    await this.#server?.stop();
    await this.#clients?.stop();
  }
}

type Attempted = PartResult & { readonly error?: unknown };

async function attempt(work: Promise<PartResult> | undefined, part: string): Promise<Attempted> {
  if (work === undefined) return { changes: [], problems: [], complete: true };
  try {
    return await work;
  } catch (error) {
    const problem = { cluster: null, path: [part], message: (error as Error).message };
    return { changes: [], problems: [problem], complete: false, error };
  }
}

PostgreSQL satisfies BalancerPlugin<PostgreSQLConfig, PostgreSQLBlock>;
