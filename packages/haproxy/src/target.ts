import {
  type CallOptions,
  type Change,
  type Cluster,
  type ClusterProblem,
  type Context,
  durationMs,
  type SyncResult,
} from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { admitSurvey, renderSurvey } from "./admit-survey.js";
import {
  type AcceptedInputs,
  acceptedInputs,
  isAccepted,
  readAcceptedInputs,
  writeAcceptedInputs,
} from "./check/accepted-inputs.js";
import type { Admitted } from "./check/admit-parts.js";
import { blame, type Fault } from "./check/blame.js";
import { ConfigurationChecker } from "./check/configuration-checker.js";
import { clusterNotices } from "./cluster-notices.js";
import type { HAProxyBlock, HAProxyConfig } from "./config/haproxy-config.js";
import { planSync, type SyncPlan } from "./plan-sync.js";
import type { Running } from "./process/find-running.js";
import { type FileLoad, loadFile } from "./process/load-file.js";
import { ProcessWatch } from "./process/process-watch.js";
import type { ClusterPart } from "./render/render-cluster.js";
import type { RenderedFile } from "./render/render-file.js";
import { fileWeights } from "./runtime/backend-work.js";
import { differences } from "./runtime/member-changes.js";
import { RuntimeEngine } from "./runtime/runtime-engine.js";
import { readOutOfRotation, writeOutOfRotation } from "./runtime/runtime-memory.js";
import { type RuntimeReport, RuntimeSync } from "./runtime/runtime-sync.js";
import { type Survey, Surveyor } from "./survey.js";

/** A new host in the `peers` section is worth a reload of its own only after this long. */
const PEERS_WAIT_MS = 600_000;
/** The file follows a change at run time within this time. */
const FILE_FOLLOWS_MS = 900;

/** A look at everything that is due is taken this soon after what could not wait for it. */
const LOOK_SOON_MS = 10;

const NOTHING_AT_RUN_TIME: RuntimeReport = {
  changes: [],
  reload: undefined,
  notices: [],
  confirmed: true,
  againMs: undefined,
};

/** What the last look at everything found: stands until the next one. */
interface LastLook {
  readonly at: number;
  readonly survey: Survey;
  readonly admitted: Admitted;
  readonly problems: readonly ClusterProblem[];
}

/** One HAProxy and its configuration file, under one configuration. */
export class Target {
  readonly #config: HAProxyConfig;
  readonly #context: Context;
  readonly #surveyor: Surveyor;
  readonly #checker = new ConfigurationChecker();
  readonly #watch = new ProcessWatch();
  readonly #engine: RuntimeEngine;
  readonly #runtime: RuntimeSync;
  #accepted: AcceptedInputs | null | undefined;
  #lastReload = Number.NEGATIVE_INFINITY;
  #peersSince: number | undefined;
  #hasRecalled = false;
  #lastLook: LastLook | undefined;
  /** When the file fell behind what runs. */
  #behindSince: number | undefined;

  constructor(config: HAProxyConfig, context: Context, answerLimitMs: number) {
    this.#config = config;
    this.#context = context;
    this.#surveyor = new Surveyor(config, context, answerLimitMs);
    this.#engine = new RuntimeEngine((servers) => writeOutOfRotation(config.config_file, servers));
    this.#runtime = new RuntimeSync(this.#engine, answerLimitMs);
  }

  /** Brings file and process in line with `clusters`. */
  async sync(clusters: readonly Cluster<HAProxyBlock>[], options: CallOptions): Promise<SyncResult> {
    return (await this.#follow(clusters, options)) ?? (await this.#reconcile(clusters, options));
  }

  async stop(): Promise<void> {
    this.#watch.stop();
    await this.#surveyor.release();
  }

  /** Members alone have changed since the last look: work for those, before a new look that is due. Undefined: more is to
   * be done. */
  async #follow(clusters: readonly Cluster<HAProxyBlock>[], options: CallOptions): Promise<SyncResult | undefined> {
    const look = this.#lastLook;
    const resync = durationMs(this.#config.resync);
    const age = look === undefined ? Number.POSITIVE_INFINITY : performance.now() - look.at;
    if (look === undefined || age >= 2 * resync) return undefined;
    const isDue = age >= resync;
    if (isDue && !this.#runtime.hasChanges(clusters)) return undefined;
    const found = await this.#runtime.changed(clusters, options);
    if (found === undefined || found.reload !== undefined) return undefined;
    const report = isDue ? { ...found, againMs: LOOK_SOON_MS } : found;
    if (report.changes.some((change) => change.code !== undefined)) this.#behindSince ??= performance.now();
    const file = await this.#writeBehind(look, clusters);
    return this.#result(report, { changes: file, problems: look.problems, complete: true });
  }

  /** Writes the file once it has been behind long enough: at most once in that time, however many changes there are. */
  async #writeBehind(look: LastLook, clusters: readonly Cluster<HAProxyBlock>[]): Promise<readonly Change[]> {
    if (this.#behindSince === undefined || performance.now() - this.#behindSince < FILE_FOLLOWS_MS) return [];
    const nodes = new Map(clusters.map((cluster) => [cluster.name, cluster.nodes]));
    const parts = look.admitted.clusters.map((part) => ({ ...part, nodes: nodes.get(part.name) ?? part.nodes }));
    const rendered = renderSurvey(look.survey, look.admitted.config, parts, this.#context.peer);
    this.#behindSince = undefined;
    return await this.#write(look.survey.config, rendered);
  }

  async #write(config: HAProxyConfig, rendered: RenderedFile): Promise<readonly Change[]> {
    const written = await writeFileAtomic(config.config_file, rendered.text);
    return written ? [{ kind: "file", target: config.config_file, action: "written" }] : [];
  }

  /** Looks at everything, and does what is to be done. */
  async #reconcile(clusters: readonly Cluster<HAProxyBlock>[], options: CallOptions): Promise<SyncResult> {
    this.#lastLook = undefined;
    this.#runtime.forget();
    const claim = await this.#surveyor.claim();
    this.#accepted ??= await readAcceptedInputs(claim.config.config_file, this.#context.log);
    const survey = await this.#surveyor.look(claim, clusters, this.#accepted, options);
    await this.#recall(survey);
    const failedStarts: (readonly Fault[])[] = [];
    for (;;) {
      const result = await this.#apply(survey, clusters, failedStarts, options);
      if (!("startFaults" in result)) return result;
      failedStarts.push(result.startFaults);
    }
  }

  async #apply(
    survey: Survey,
    clusters: readonly Cluster<HAProxyBlock>[],
    failedStarts: readonly (readonly Fault[])[],
    options: CallOptions,
  ): Promise<SyncResult | { readonly startFaults: readonly Fault[] }> {
    const admission = await admitSurvey(survey, {
      accepted: this.#accepted ?? null,
      failedStarts,
      self: this.#context.peer,
      checker: this.#checker,
      candidateFor: survey.config.config_file,
      signal: options.signal,
    });
    const { admitted } = admission;
    const problems = [...admission.problems, ...clusterNotices(survey.config, survey.parts)];
    if (admitted === null) return this.#result(NOTHING_AT_RUN_TIME, { changes: [], problems, complete: false });
    const report = await this.#changeMembers(survey, admitted, clusters, options);
    const plan = planSync({
      admitted,
      accepted: this.#accepted ?? null,
      fileText: survey.fileText,
      running: survey.running?.process ?? null,
      membersReload: report.reload,
      rivals: survey.rivals,
      peersDue: this.#peersDue(admitted.rendered, survey.running),
    });
    const outcome = await this.#carryOut(plan, survey, admitted, options);
    if ("startFaults" in outcome) return outcome;
    const { waitMs, changes } = outcome;
    if (waitMs !== undefined)
      return this.#result({ ...report, confirmed: false, againMs: waitMs }, { changes, problems, complete: false });
    this.#behindSince = undefined;
    this.#accepted = await this.#remember(admitted.config, admitted.clusters);
    if (admission.complete && survey.running !== null && plan.action !== "reload" && plan.action !== "start") {
      this.#lastLook = { at: performance.now(), survey, admitted, problems };
    }
    // What was loaded is read back, and servers that waited come back into rotation.
    const isLoaded = survey.config.runtime && (plan.action === "reload" || plan.action === "start");
    const after = isLoaded ? { ...report, againMs: LOOK_SOON_MS } : report;
    return this.#result(after, { changes, problems, complete: admission.complete });
  }

  /** What can be changed in the process that runs is changed there, while a reload has to wait as well. */
  async #changeMembers(
    survey: Survey,
    { config, clusters: parts, rendered }: Admitted,
    clusters: readonly Cluster<HAProxyBlock>[],
    options: CallOptions,
  ): Promise<RuntimeReport> {
    const { running } = survey;
    if (running === null) return NOTHING_AT_RUN_TIME;
    if (!config.runtime) return { ...NOTHING_AT_RUN_TIME, reload: differences(running.process.servers, config, parts) };
    const isStructural = running.process.structure !== rendered.structure || survey.rivals.length > 0;
    if (isStructural && this.#waitMs(config) <= 0) return NOTHING_AT_RUN_TIME;
    const accepted = this.#accepted ?? null;
    const unchanged = isStructural ? parts.filter((part) => isAccepted(part, accepted)) : parts;
    const report = await this.#runtime.all(running, config, unchanged, clusters, options);
    return isStructural ? { ...report, reload: undefined } : report;
  }

  #peersDue(rendered: RenderedFile, running: Running | null): boolean {
    if (running === null || running.process.peers === rendered.peers) this.#peersSince = undefined;
    else this.#peersSince ??= performance.now();
    return this.#peersSince !== undefined && performance.now() - this.#peersSince >= PEERS_WAIT_MS;
  }

  #waitMs(config: HAProxyConfig): number {
    return Math.ceil(this.#lastReload + durationMs(config.restart_interval) - performance.now());
  }

  async #carryOut(
    plan: SyncPlan,
    { config, binary, running }: Survey,
    admitted: Admitted,
    options: CallOptions,
  ): Promise<
    { readonly changes: readonly Change[]; readonly waitMs?: number } | { readonly startFaults: readonly Fault[] }
  > {
    const { rendered } = admitted;
    if (config.process.mode === "none" || plan.action === "write" || plan.action === "nothing") {
      if (running !== null) await this.#watchProcess(running.process.pid, running.socketFile);
      return { changes: plan.action === "nothing" ? [] : await this.#write(config, rendered) };
    }
    const waitMs = this.#waitMs(config);
    if (plan.action === "reload" && waitMs > 0) return { changes: [], waitMs };
    return await this.#load(plan, { config: admitted.config, binary, rendered, running }, options);
  }

  async #load(
    plan: SyncPlan & { readonly action: "start" | "reload" },
    load: FileLoad,
    options: CallOptions,
  ): Promise<{ readonly changes: readonly Change[] } | { readonly startFaults: readonly Fault[] }> {
    if (plan.action === "reload") this.#lastReload = performance.now();
    const outcome = await loadFile(load, options);
    if (!outcome.ok) {
      const faults = blame(outcome.messages, load.rendered, load.config.config_file);
      if (faults.length > 0) return { startFaults: faults };
      throw new Error(outcome.messages.map((message) => message.text).join("; "));
    }
    this.#engine.reloaded();
    await this.#watchProcess(outcome.pid, load.config.socket_file);
    const file: Change = { kind: "file", target: load.config.config_file, action: "written" };
    if (plan.action === "reload") {
      return { changes: [file, { kind: "reload", target: "haproxy", action: plan.reason, code: plan.code }] };
    }
    const action = `started (pid ${outcome.pid})`;
    return { changes: [file, { kind: "runtime", target: "haproxy", action, code: "start" }] };
  }

  async #watchProcess(pid: number, socketFile: string): Promise<void> {
    await this.#watch.watch(pid, socketFile, (reason) => this.#context.requestSync(reason));
  }

  /** What an earlier run of Lighthouse left: its weights in the file, and who it had taken out of rotation. */
  async #recall({ config, parts, fileText }: Survey): Promise<void> {
    if (this.#hasRecalled) return;
    this.#hasRecalled = true;
    const weights = fileWeights(parts, config, fileText);
    this.#engine.recall(weights, await readOutOfRotation(config.config_file), performance.now());
  }

  async #remember(config: HAProxyConfig, parts: readonly ClusterPart[]): Promise<AcceptedInputs> {
    const inputs = acceptedInputs(config, parts);
    await writeAcceptedInputs(config.config_file, inputs);
    return inputs;
  }

  #result(
    report: RuntimeReport,
    rest: {
      readonly changes: readonly Change[];
      readonly problems: readonly ClusterProblem[];
      readonly complete: boolean;
    },
  ): SyncResult {
    const due = this.#behindSince === undefined ? [] : [this.#behindSince + FILE_FOLLOWS_MS - performance.now()];
    const waits = [durationMs(this.#config.resync), ...(report.againMs === undefined ? [] : [report.againMs]), ...due];
    return {
      converged: rest.complete && report.confirmed,
      changes: [...report.changes, ...rest.changes],
      problems: [...rest.problems, ...report.notices],
      syncAgainMs: Math.max(1, Math.ceil(Math.min(...waits))),
    };
  }
}
