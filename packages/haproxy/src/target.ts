import {
  type CallOptions,
  type Change,
  type Cluster,
  type Context,
  durationMs,
  type Peer,
  type SyncResult,
  servingHints,
} from "@lighthouse-sd/core";
import { lockTarget, type TargetLock, writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { type AcceptedInputs, readAcceptedInputs, writeAcceptedInputs } from "./check/accepted-inputs.js";
import { type Admission, type Admitted, admitParts } from "./check/admit-parts.js";
import { blame, type Fault } from "./check/blame.js";
import { ConfigurationChecker } from "./check/configuration-checker.js";
import { clusterNotices } from "./cluster-notices.js";
import type { HAProxyBlock, HAProxyConfig } from "./config/haproxy-config.js";
import { digestFiles, makeFolders, readOwnFile, realConfigFile, stateFileOf } from "./config-file.js";
import { desiredParts } from "./desired-parts.js";
import { planSync, type SyncPlan } from "./plan-sync.js";
import { findBinary } from "./process/find-binary.js";
import { processesOn } from "./process/find-processes.js";
import { findRunning, type Running, rivalsOf } from "./process/find-running.js";
import { type FileLoad, loadFile } from "./process/load-file.js";
import { ProcessWatch } from "./process/process-watch.js";
import { foreignSockets, takenBinds } from "./process/taken-binds.js";
import { readMembers, readPeers } from "./render/read-members.js";
import type { ClusterPart } from "./render/render-cluster.js";
import { type RenderedFile, renderFile } from "./render/render-file.js";
import { type MemberChange, memberChanges } from "./runtime/member-changes.js";

/** A new host in the `peers` section is worth a reload of its own only after this long. */
const PEERS_WAIT_MS = 600_000;

/** What a sync has found before it decides. */
interface Survey {
  readonly config: HAProxyConfig;
  readonly binary: string;
  readonly fileText: string | null;
  readonly running: Running | null;
  /** Processes that serve beside the one that answers. */
  readonly rivals: readonly number[];
  readonly parts: readonly ClusterPart[];
  readonly knownPeers: readonly Peer[];
  readonly extraFiles: string;
}

/** One HAProxy and its configuration file, under one configuration. */
export class Target {
  readonly #config: HAProxyConfig;
  readonly #context: Context;
  readonly #checker = new ConfigurationChecker();
  readonly #watch = new ProcessWatch();
  #lock: TargetLock | undefined;
  #accepted: AcceptedInputs | null | undefined;
  #lastCensus = Number.NEGATIVE_INFINITY;
  #lastReload = Number.NEGATIVE_INFINITY;
  #peersSince: number | undefined;

  constructor(config: HAProxyConfig, context: Context) {
    this.#config = config;
    this.#context = context;
  }

  /** Brings file and process in line with `clusters`. */
  async sync(clusters: readonly Cluster<HAProxyBlock>[], options: CallOptions): Promise<SyncResult> {
    const survey = await this.#survey(clusters, options);
    const failedStarts: (readonly Fault[])[] = [];
    for (;;) {
      const result = await this.#apply(survey, failedStarts, options);
      if (!("startFaults" in result)) return result;
      failedStarts.push(result.startFaults);
    }
  }

  async stop(): Promise<void> {
    this.#watch.stop();
    await this.#lock?.release();
    this.#lock = undefined;
  }

  async #survey(clusters: readonly Cluster<HAProxyBlock>[], options: CallOptions): Promise<Survey> {
    await makeFolders(this.#config);
    const config = { ...this.#config, config_file: await realConfigFile(this.#config.config_file) };
    const { name, directory } = this.#context;
    this.#lock ??= await lockTarget(config.config_file, { name, directory });
    const binary = await findBinary(config.binary, directory);
    if (binary === undefined)
      throw new Error(`${config.binary} was not found: install HAProxy, or name its path in "binary"`);
    const fileText = await readOwnFile(config.config_file, config.adopt);
    this.#accepted ??= await readAcceptedInputs(config.config_file, this.#context.log);
    const mayHaveBackups = /\sbackup\s/.test(fileText ?? "") || clusters.some(hasBackup);
    const lastSocket = this.#accepted?.config.socket_file;
    const search = { config, binary, lastSocket, mayHaveBackups };
    const running = config.process.mode === "none" ? null : await findRunning(search, options);
    const known = { inFile: readMembers(fileText ?? ""), running: running?.process.servers ?? new Map() };
    const isWaiting = clusters.some((cluster) => cluster.nodes === null && cluster.config.peers);
    return {
      config,
      binary,
      fileText,
      running,
      rivals: await this.#findRivals(config, binary, running),
      parts: desiredParts(clusters, known),
      knownPeers: isWaiting ? readPeers(fileText ?? "") : [],
      extraFiles: await digestFiles(config.extra_files),
    };
  }

  /** Looked for at the first sync and then once in a resync: a look goes through all processes of the host. */
  async #findRivals(config: HAProxyConfig, binary: string, running: Running | null): Promise<readonly number[]> {
    if (running === null || config.process.mode !== "daemon") return [];
    if (performance.now() - this.#lastCensus < durationMs(config.resync)) return [];
    const rivals = await rivalsOf(config, binary, running);
    if (rivals.length === 0) this.#lastCensus = performance.now();
    return rivals;
  }

  async #apply(
    survey: Survey,
    failedStarts: readonly (readonly Fault[])[],
    options: CallOptions,
  ): Promise<SyncResult | { readonly startFaults: readonly Fault[] }> {
    const admission = await this.#admit(survey, failedStarts, options);
    const { admitted } = admission;
    const problems = [...admission.problems, ...clusterNotices(survey.config, survey.parts)];
    if (admitted === null) return this.#result({ converged: false, changes: [], problems });
    const { rendered } = admitted;
    const changes = this.#memberChanges(survey, admitted);
    const plan = planSync({
      admitted,
      accepted: this.#accepted ?? null,
      fileText: survey.fileText,
      running: survey.running?.process ?? null,
      memberChanges: changes,
      rivals: survey.rivals,
      peersDue: this.#peersDue(rendered, survey.running),
    });
    const outcome = await this.#carryOut(plan, survey, admitted, options);
    if ("startFaults" in outcome) return outcome;
    if (outcome.waitMs !== undefined) return { converged: false, changes: [], problems, syncAgainMs: outcome.waitMs };
    this.#accepted = await this.#remember(admitted.config, admitted.clusters);
    return this.#result({ converged: admission.complete, changes: outcome.changes, problems });
  }

  async #admit(survey: Survey, failedStarts: readonly (readonly Fault[])[], options: CallOptions): Promise<Admission> {
    const { config, parts, running, fileText } = survey;
    const render = (settings: HAProxyConfig, clusters: readonly ClusterPart[]): RenderedFile =>
      renderFile({
        config: { ...settings, config_file: config.config_file },
        clusters,
        self: this.#context.peer,
        knownPeers: survey.knownPeers,
        extraFiles: survey.extraFiles,
        stateFile: stateFileOf({ ...settings, config_file: config.config_file }),
      });
    const wanted = render(config, parts);
    if (wanted.text === fileText && running?.process.structure === wanted.structure) {
      return { admitted: { config, clusters: parts, rendered: wanted }, problems: [], complete: true };
    }
    const own =
      running === null
        ? []
        : [running.process.pid, ...(await processesOn(config.config_file, survey.binary)).map(({ pid }) => pid)];
    const foreign = config.process.mode === "none" ? [] : await foreignSockets(own);
    return await admitParts({
      config,
      clusters: parts,
      accepted: this.#accepted ?? null,
      mayLeaveOut: running === null,
      failedStarts,
      render,
      taken: (rendered) => takenBinds(rendered, foreign),
      check: (rendered) => {
        const { config_file: configFile, extra_files: extraFiles } = config;
        return this.#checker.check(rendered.text, { binary: survey.binary, configFile, extraFiles }, options);
      },
    });
  }

  #memberChanges({ running }: Survey, { config, clusters }: Admitted): readonly MemberChange[] {
    if (running === null) return [];
    return clusters.flatMap((part) => memberChanges(part, config, running.process.servers.get(part.name) ?? []));
  }

  #peersDue(rendered: RenderedFile, running: Running | null): boolean {
    if (running === null || running.process.peers === rendered.peers) this.#peersSince = undefined;
    else this.#peersSince ??= performance.now();
    return this.#peersSince !== undefined && performance.now() - this.#peersSince >= PEERS_WAIT_MS;
  }

  async #carryOut(
    plan: SyncPlan,
    survey: Survey,
    admitted: NonNullable<Admission["admitted"]>,
    options: CallOptions,
  ): Promise<
    { readonly changes: readonly Change[]; readonly waitMs?: number } | { readonly startFaults: readonly Fault[] }
  > {
    const { config, running } = survey;
    const { rendered } = admitted;
    const file: Change = { kind: "file", target: config.config_file, action: "written" };
    if (config.process.mode === "none" || plan.action === "write") {
      const written = await writeFileAtomic(config.config_file, rendered.text);
      await this.#follow(running);
      return { changes: written ? [file] : [] };
    }
    if (plan.action === "nothing") {
      await this.#follow(running);
      return { changes: [] };
    }
    const waitMs = this.#lastReload + durationMs(config.restart_interval) - performance.now();
    if (plan.action === "reload" && waitMs > 0) return { changes: [], waitMs: Math.ceil(waitMs) };
    return await this.#load(plan, { config: admitted.config, binary: survey.binary, rendered, running }, file, options);
  }

  async #load(
    plan: SyncPlan & { readonly action: "start" | "reload" },
    load: FileLoad,
    file: Change,
    options: CallOptions,
  ): Promise<{ readonly changes: readonly Change[] } | { readonly startFaults: readonly Fault[] }> {
    if (plan.action === "reload") this.#lastReload = performance.now();
    const outcome = await loadFile(load, options);
    if (!outcome.ok) {
      const faults = blame(outcome.messages, load.rendered, load.config.config_file);
      if (faults.length > 0) return { startFaults: faults };
      throw new Error(outcome.messages.map((message) => message.text).join("; "));
    }
    await this.#follow({ process: { pid: outcome.pid }, socketFile: load.config.socket_file });
    if (plan.action === "start") {
      return {
        changes: [file, { kind: "runtime", target: "haproxy", action: `started (pid ${outcome.pid})`, code: "start" }],
      };
    }
    return { changes: [file, { kind: "reload", target: "haproxy", action: plan.reason, code: plan.code }] };
  }

  async #follow(
    running: { readonly process: { readonly pid: number }; readonly socketFile: string } | null,
  ): Promise<void> {
    if (running === null) return;
    await this.#watch.watch(running.process.pid, running.socketFile, (reason) => this.#context.requestSync(reason));
  }

  async #remember(config: HAProxyConfig, parts: readonly ClusterPart[]): Promise<AcceptedInputs> {
    const sorted = parts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const clusters = Object.fromEntries(sorted.map(({ name, metaCluster, block }) => [name, { metaCluster, block }]));
    const inputs = { config, clusters };
    await writeAcceptedInputs(config.config_file, inputs);
    return inputs;
  }

  #result(result: SyncResult): SyncResult {
    return { ...result, syncAgainMs: durationMs(this.#config.resync) };
  }
}

function hasBackup({ config, nodes }: Cluster<HAProxyBlock>): boolean {
  return config.server_options.includes("backup") || (nodes ?? []).some((node) => servingHints(node.metadata).backup);
}
