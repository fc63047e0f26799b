import { mkdir, realpath, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  type Change,
  type Cluster,
  type ClusterProblem,
  type Context,
  durationMs,
  type NodeReport,
  type SyncResult,
} from "@lighthouse-sd/core";
import { findProgram, lockTarget, type TargetLock, writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { admitSteps, type RefusedStep } from "./admit-steps.js";
import { foreignProblems, heldNotices, refusedProblem } from "./cluster-problems.js";
import { describeUpstream } from "./describe-upstream.js";
import { type FileStep, fileSteps, type LastGood } from "./file-steps.js";
import { judgeFiles } from "./judge-files.js";
import type { NginxBlock, NginxConfig } from "./nginx-config.js";
import { Refusals } from "./refusals.js";
import { reloadNginx } from "./reload-nginx.js";
import { readOwed, removeOwed, writeOwed } from "./reload-owed.js";
import { findNginx, type RunningNginx } from "./running-nginx.js";
import { fileChange, plannedChange, reloadChange } from "./sync-changes.js";
import { fileOf, readIfThere, readUpstreamFiles, wantedFiles } from "./upstream-files.js";

const DEFAULT_PID_FILE = "/run/nginx.pid";
/** How soon an nginx that is started is found, in milliseconds. */
const LOOK_FOR_NGINX_MS = 5_000;

interface View {
  readonly steps: readonly FileStep[];
  readonly owed: LastGood | undefined;
  readonly standingRefusals: readonly RefusedStep[];
  readonly foreign: readonly ClusterProblem[];
}

/** The upstream files of one nginx. */
export class NginxTarget {
  readonly #config: NginxConfig;
  readonly #context: Context;
  readonly #refusals = new Refusals();
  /** What nginx has taken from us, by file: where another text stands, somebody else has changed it. */
  #taken: ReadonlyMap<string, string> = new Map();
  #lock: TargetLock | undefined;
  #reloadedAt = Number.NEGATIVE_INFINITY;

  /** Touches nothing. */
  constructor(config: NginxConfig, context: Context) {
    const at = (path: string): string => resolve(context.directory, path);
    const { config_file: configFile, pid_file: pidFile } = config;
    this.#config = {
      ...config,
      directory: at(config.directory),
      ...(configFile === undefined ? {} : { config_file: at(configFile) }),
      ...(pidFile === undefined ? {} : { pid_file: at(pidFile) }),
    };
    this.#context = context;
  }

  async sync(clusters: readonly Cluster<NginxBlock>[], signal: AbortSignal): Promise<SyncResult> {
    signal.throwIfAborted();
    const { directory } = this.#config;
    await mkdir(directory, { recursive: true });
    this.#lock ??= await lockTarget(join(directory, "lighthouse"), this.#context);
    const view = await this.#look(clusters);
    const problems = [...view.foreign, ...view.standingRefusals.map(refusedProblem), ...heldNotices(clusters)];
    const complete = view.foreign.length + view.standingRefusals.length === 0;
    const syncAgainMs = durationMs(this.#config.resync);
    if (view.steps.length === 0 && view.owed === undefined) {
      return { converged: complete, changes: [], problems, syncAgainMs };
    }
    const rest = this.#restMs();
    if (rest > 0) return { converged: false, changes: [], problems, syncAgainMs: rest };
    const done = await this.#bring(view, signal);
    return {
      converged: complete && done.converged,
      changes: done.changes,
      problems: [...problems, ...(done.problems ?? [])],
      syncAgainMs: done.syncAgainMs ?? syncAgainMs,
    };
  }

  async plan(clusters: readonly Cluster<NginxBlock>[]): Promise<readonly Change[]> {
    const { steps, owed } = await this.#look(clusters);
    const changed = steps.filter(({ standing, wanted }) => standing !== wanted);
    if (changed.length === 0 && owed === undefined) return [];
    return [...changed.map((step) => plannedChange(this.#config.directory, step)), reloadChange(changed)];
  }

  async describe(cluster: Cluster<NginxBlock>): Promise<readonly NodeReport[]> {
    const { directory } = this.#config;
    const text = (await readIfThere(join(directory, fileOf(cluster.name)))) ?? "";
    const running = await this.#running();
    const owed = (await readOwed(directory)) === undefined ? undefined : "nginx has not loaded the newest files yet";
    return describeUpstream(cluster, { text, idle: typeof running === "string" ? running : owed });
  }

  async stop(): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }

  async #look(clusters: readonly Cluster<NginxBlock>[]): Promise<View> {
    const { directory } = this.#config;
    const [standing, owed] = [await readUpstreamFiles(directory), await readOwed(directory)];
    const wanted = wantedFiles(clusters, standing.own);
    const standingRefusals = this.#refusals.standIn(wanted, standing.own);
    const steps = fileSteps(standing, wanted, owed ?? {});
    return { steps, owed, standingRefusals, foreign: foreignProblems(clusters, standing.foreign) };
  }

  /** Milliseconds that the last reload asks us to wait for. */
  #restMs(): number {
    const interval = this.#config.reload_interval;
    const intervalMs = interval === "off" || interval === false ? 0 : durationMs(interval);
    return Math.ceil(this.#reloadedAt + intervalMs - performance.now());
  }

  /** Changes the files, and has nginx load them. */
  async #bring({ steps, owed }: View, signal: AbortSignal): Promise<SyncResult> {
    const { directory, resync } = this.#config;
    const running = await this.#running();
    if (typeof running === "string" && steps.length === 0) return this.#idle(running, []);
    const good = Object.fromEntries(steps.map((step) => [step.file, step.good ?? null]));
    await writeOwed(directory, { ...owed, ...good });
    const refused = await this.#admit(steps, signal);
    this.#refusals.add(refused, durationMs(resync));
    const problems = refused.map(refusedProblem);
    const taken = steps.filter((step) => !refused.some((other) => other.step === step));
    const changed = taken.filter(({ standing, wanted }) => standing !== wanted);
    const changes = changed.map((step) => fileChange(directory, step, this.#isRepair(step)));
    if (taken.length > 0 || owed !== undefined) {
      await writeOwed(directory, {});
      if (typeof running === "string") return this.#idle(running, changes, problems);
      await this.#reload(signal);
      changes.push(reloadChange(changed));
    }
    await removeOwed(directory);
    this.#remember(taken);
    return { converged: refused.length === 0, changes, problems };
  }

  async #admit(steps: readonly FileStep[], signal: AbortSignal): Promise<readonly RefusedStep[]> {
    const { directory, binary } = this.#config;
    const program = await findProgram(binary, { key: "binary", directory: this.#context.directory });
    return admitSteps(steps, {
      directories: [directory, await realpath(directory)],
      judge: () => judgeFiles(program, this.#config, { cwd: this.#context.directory, signal }),
      put: async (file, text) => {
        const path = join(directory, file);
        if (text === undefined) await rm(path, { force: true });
        else await writeFileAtomic(path, text);
      },
    });
  }

  async #reload(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#reloadedAt = performance.now();
    const [config, cwd] = [this.#config, this.#context.directory];
    await reloadNginx({ config, pidFile: this.#pidFile(), cwd, signal });
  }

  /** The files are good and in place: an nginx that starts takes them. */
  #idle(why: string, changes: readonly Change[], problems: readonly ClusterProblem[] = []): SyncResult {
    const message = `${why}; the files are in place, and it takes them when it starts`;
    const syncAgainMs = Math.min(LOOK_FOR_NGINX_MS, durationMs(this.#config.resync));
    return {
      converged: false,
      changes,
      problems: [...problems, { cluster: null, path: ["pid_file"], message }],
      syncAgainMs,
    };
  }

  #remember(taken: readonly FileStep[]): void {
    const texts = new Map(this.#taken);
    for (const { file, wanted } of taken) {
      if (wanted === undefined) texts.delete(file);
      else texts.set(file, wanted);
    }
    this.#taken = texts;
  }

  #isRepair({ file, standing, wanted }: FileStep): boolean {
    const text = this.#taken.get(file);
    return text !== undefined && text === wanted && standing !== text;
  }

  /** Undefined: it is told by a command, and nobody has said where its process id stands. */
  async #running(): Promise<RunningNginx | string | undefined> {
    const pidFile = this.#pidFile();
    return pidFile === undefined ? undefined : await findNginx(pidFile);
  }

  #pidFile(): string | undefined {
    return this.#config.pid_file ?? (this.#config.reload === undefined ? DEFAULT_PID_FILE : undefined);
  }
}
