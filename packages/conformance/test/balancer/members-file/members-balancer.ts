import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  Balancer,
  type BalancerPlugin,
  type CallOptions,
  type Change,
  type Cluster,
  type JsonSchema,
  type SyncResult,
  schemaValidator,
} from "@lighthouse-sd/core";
import { errnoOf, lockTarget, type TargetLock, writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { clusterSchema, configSchema, type MembersBlock, type MembersConfig } from "./members-config.js";
import { renderMembers } from "./render-members.js";

/** Keeps one text file that lists the members of its clusters. */
export default class MembersBalancer extends Balancer<MembersConfig, MembersBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;

  #path: string | undefined;
  #lock: (TargetLock & { readonly path: string }) | undefined;

  /** A file needs no program. */
  static async validateDependencies(_options: CallOptions & { readonly config?: MembersConfig }): Promise<boolean> {
    return true;
  }

  static validateConfig(config: unknown): MembersConfig {
    return schemaValidator<MembersConfig>(configSchema)(config);
  }

  override applyConfig({ path }: MembersConfig): void {
    this.#path = resolve(this.context.directory, path);
  }

  override async syncFile(clusters: readonly Cluster<MembersBlock>[], { signal }: CallOptions): Promise<SyncResult> {
    const path = this.#target();
    await this.#keepToOurselves(path);
    const text = renderMembers(clusters, (await readIfThere(path)) ?? "");
    signal.throwIfAborted();
    return { converged: true, changes: (await writeFileAtomic(path, text)) ? [written(path)] : [] };
  }

  override async plan(clusters: readonly Cluster<MembersBlock>[], _options: CallOptions): Promise<readonly Change[]> {
    const path = this.#target();
    const before = await readIfThere(path);
    return renderMembers(clusters, before ?? "") === before ? [] : [written(path)];
  }

  override async stop(_options: CallOptions): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }

  #target(): string {
    if (this.#path === undefined) throw new Error(`${this.context.name}: no configuration was applied yet`);
    return this.#path;
  }

  async #keepToOurselves(path: string): Promise<void> {
    if (this.#lock?.path === path) return;
    await this.#lock?.release();
    this.#lock = undefined;
    this.#lock = { ...(await lockTarget(path, this.context)), path };
  }
}

MembersBalancer satisfies BalancerPlugin<MembersConfig, MembersBlock>;

function written(path: string): Change {
  return { kind: "file", target: path, action: "members written", code: "members" };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
