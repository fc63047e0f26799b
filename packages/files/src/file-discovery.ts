import { join, normalize, resolve } from "node:path";
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
import { ClusterFiles } from "./cluster-files.js";
import { configSchema, type FileDiscoveryConfig, validateConfig } from "./config.js";
import { isReportedFile, reportedFileName, requireName } from "./file-names.js";
import type { FileRoot } from "./known-file.js";
import { NodeAges } from "./node-ages.js";
import { reportNode } from "./report-node.js";
import { RootWatch } from "./root-watch.js";
import { watchCluster } from "./watch-cluster.js";

const REPORTED_TTL_MS = 30_000;
/** Refreshes within a ttl: two may be lost. */
const REFRESHES = 3;

/** Finds the nodes of clusters in files, and writes this host's own. */
export default class FileDiscovery extends Discovery<FileDiscoveryConfig> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly validateConfig: SchemaValidator<FileDiscoveryConfig> = validateConfig;

  #configured: Configured | undefined;

  /** Needs nothing but Node. */
  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig(config: FileDiscoveryConfig): void {
    const directory = resolve(this.context.directory, config.path);
    this.#configured = {
      root: { directory, shown: normalize(config.path) },
      watch: new RootWatch(directory),
      ttl: { all: config.ttl !== undefined, ms: config.ttl === undefined ? REPORTED_TTL_MS : durationMs(config.ttl) },
    };
  }

  override async watch(cluster: string, _block: unknown, watcher: Watcher, { signal }: CallOptions): Promise<void> {
    requireName(cluster);
    const { root, watch, ttl } = this.#config();
    const applies = (name: string): boolean => Number.isFinite(ttl.ms) && (ttl.all || isReportedFile(name));
    const files = new ClusterFiles(root, cluster, { ages: new NodeAges(ttl.ms), applies });
    await watchCluster({ cluster, directory: root.directory, root: watch, files, watcher }, signal);
  }

  override async report(
    service: string,
    node: Node,
    registration: Registration,
    { signal }: CallOptions,
  ): Promise<void> {
    requireName(service);
    const { root, ttl } = this.#config();
    const path = join(root.directory, service, reportedFileName(node));
    await reportNode({ path, text: serializeNode(node), refreshMs: ttl.ms / REFRESHES }, registration, signal);
  }

  #config(): Configured {
    if (this.#configured === undefined) throw new Error(`discovery "${this.context.name}" was used before applyConfig`);
    return this.#configured;
  }
}

interface Configured {
  readonly root: FileRoot;
  /** Shared by all watches. */
  readonly watch: RootWatch;
  readonly ttl: Ttl;
}

interface Ttl {
  /** Whether it is meant for all files of one node, or only for reporters'. */
  readonly all: boolean;
  readonly ms: number;
}

FileDiscovery satisfies DiscoveryPlugin<FileDiscoveryConfig>;
