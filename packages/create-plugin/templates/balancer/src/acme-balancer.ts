import { access, readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  Balancer,
  type BalancerPlugin,
  type CallOptions,
  type Change,
  type Cluster,
  type JsonSchema,
  type Problem,
  type SyncResult,
} from "@lighthouse-sd/core";
import {
  errnoOf,
  findProgram,
  lockTarget,
  type PreparedFile,
  prepareFile,
  type TargetLock,
} from "@lighthouse-sd/plugin-kit";
import { type AcmeBlock, type AcmeConfig, clusterSchema, configSchema, validateConfig } from "./acme-config.js";
import { renderAcme } from "./render-acme.js";
import { runCommand } from "./run-command.js";

/** Keeps a file that lists the members of its clusters, and has it loaded when it has changed. */
export default class AcmeBalancer extends Balancer<AcmeConfig, AcmeBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;

  #config: AcmeConfig | undefined;
  #lock: (TargetLock & { readonly file: string }) | undefined;

  /** The programs that the configuration names. */
  static async validateDependencies({ config }: CallOptions & { readonly config?: AcmeConfig }): Promise<boolean> {
    const directory = process.cwd();
    for (const key of ["check", "reload"] as const) {
      const program = config?.[key]?.[0];
      if (program !== undefined) await findProgram(program, { key, directory });
    }
    return true;
  }

  static validateConfig(config: unknown): AcmeConfig {
    return validateConfig(config);
  }

  /** Two clusters of one label would share a section. */
  static validateClusters(
    _config: AcmeConfig,
    clusters: readonly Omit<Cluster<AcmeBlock>, "nodes" | "live">[],
  ): readonly Problem[] {
    const owners = new Map<string, string>();
    return clusters.flatMap(({ name, config }) => {
      const label = config.label ?? name;
      const owner = owners.get(label);
      if (owner === undefined) owners.set(label, name);
      const message = `cluster ${owner} is called "${label}" too; give one of them another label`;
      return owner === undefined ? [] : [{ path: [name, "label"], message }];
    });
  }

  override applyConfig(config: AcmeConfig): void {
    this.#config = config;
  }

  override async syncFile(clusters: readonly Cluster<AcmeBlock>[], { signal }: CallOptions): Promise<SyncResult> {
    const { config, file } = this.#target();
    await this.#keepToOurselves(file);
    const before = await readIfThere(file);
    const text = renderAcme(clusters, before ?? "");
    const changes: Change[] = [];
    if (text !== before) {
      await this.#write(file, text, signal);
      changes.push(written(file));
    }
    if (config.reload !== undefined && (await isThere(owed(file)))) {
      await runCommand("reload", config.reload, { file, cwd: this.context.directory, signal });
      changes.push(reloaded(file));
    }
    await rm(owed(file), { force: true });
    return { converged: true, changes };
  }

  override async plan(clusters: readonly Cluster<AcmeBlock>[], _options: CallOptions): Promise<readonly Change[]> {
    const { config, file } = this.#target();
    const before = await readIfThere(file);
    const differs = renderAcme(clusters, before ?? "") !== before;
    const reloads = config.reload !== undefined && (differs || (await isThere(owed(file))));
    return [...(differs ? [written(file)] : []), ...(reloads ? [reloaded(file)] : [])];
  }

  override async stop(_options: CallOptions): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }

  /** The new text is checked before it takes the old one's place. That a reload is owed is on disk before, so that one
   * is made up for after a crash or a failed reload. */
  async #write(file: string, text: string, signal: AbortSignal): Promise<void> {
    const { config } = this.#target();
    const prepared: PreparedFile = await prepareFile(file, text);
    try {
      if (config.check !== undefined) {
        await runCommand("check", config.check, { file: prepared.path, cwd: this.context.directory, signal });
      }
      signal.throwIfAborted();
      if (config.reload !== undefined) await writeFile(owed(file), "");
      await prepared.commit();
    } finally {
      await prepared.discard();
    }
  }

  #target(): { readonly config: AcmeConfig; readonly file: string } {
    const config = this.#config;
    if (config === undefined) throw new Error(`${this.context.name}: no configuration was applied yet`);
    return { config, file: resolve(this.context.directory, config.file) };
  }

  async #keepToOurselves(file: string): Promise<void> {
    if (this.#lock?.file === file) return;
    await this.#lock?.release();
    this.#lock = undefined;
    this.#lock = { ...(await lockTarget(file, this.context)), file };
  }
}

AcmeBalancer satisfies BalancerPlugin<AcmeConfig, AcmeBlock>;

function owed(file: string): string {
  return `${file}.reload-owed`;
}

function written(file: string): Change {
  return { kind: "file", target: file, action: "members written", code: "members" };
}

function reloaded(file: string): Change {
  return { kind: "reload", target: file, action: "the file has changed", code: "members" };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
