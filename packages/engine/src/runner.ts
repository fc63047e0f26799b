import { join, resolve } from "node:path";
import type { Context, Peer } from "@lighthouse-sd/core";
import { durationMs } from "@lighthouse-sd/core";
import type { TargetLock } from "@lighthouse-sd/plugin-kit";
import { settlesWithin } from "./clock.js";
import type { FileProblem, LoggingSettings } from "./config/configuration.js";
import { type DrainReply, type DrainRequest, decideDrain } from "./drains/decide-drain.js";
import { DrainKeeper } from "./drains/drain-keeper.js";
import { DrainOverlay } from "./drains/drain-overlay.js";
import { drainTest } from "./drains/drains.js";
import { errorText } from "./error-text.js";
import { answerExplain, type ExplainReply } from "./explain/explain-request.js";
import type { ExplainRequest } from "./explain/explanation.js";
import { decideRelease, type ReleaseReply } from "./guard/decide-release.js";
import { hostPeer } from "./host-peer.js";
import { HttpEndpoints } from "./http/http-endpoints.js";
import type { RunnerState } from "./http/status.js";
import { configEvents } from "./journal/config-events.js";
import { Journal } from "./journal/journal.js";
import { journaledLog } from "./journal/journaled-log.js";
import type { EventNote, Noter } from "./journal/runner-event.js";
import { clustersOf } from "./membership/clusters-of.js";
import { Membership } from "./membership/membership.js";
import { shownMembers } from "./membership/shown-members.js";
import { SnapshotKeeper } from "./membership/snapshot-keeper.js";
import { RunnerMetrics } from "./metrics/runner-metrics.js";
import { NextStart } from "./next-start.js";
import type { ServiceDrainReply, ServiceDrainRequest } from "./reporter/service-drains.js";
import { ServiceReporting } from "./reporter/service-reporting.js";
import { dutiesOf, taskSentence, writersPart } from "./roles.js";
import type { RunnerOptions } from "./runner-options.js";
import { lockStateDirectory, makeStateDirectory } from "./state-directory.js";
import { Balancers } from "./sync/balancers.js";
import type { Settle } from "./sync/settle.js";

/** What is left of the stop's 5 seconds after the calls into plugins, in milliseconds. */
const STOP_MS = 4800;

/** A configuration directory at work: follows its clusters and keeps its balancers in line. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #startedAt: number;
  readonly #listeners: (() => void)[] = [];
  readonly #http: HttpEndpoints;
  readonly #metrics = new RunnerMetrics();
  readonly #journal: Journal;
  readonly #note: Noter = (note) => this.#journal.note(note);
  readonly #drains: DrainKeeper;
  readonly #locks: TargetLock[] = [];
  #reporting: ServiceReporting | undefined;
  #parts: { readonly membership: Membership; readonly balancers: Balancers } | undefined;
  #beginCalls: () => void = () => undefined;
  #wasReady = false;
  #problems: readonly FileProblem[] = [];
  readonly #nextStart = new NextStart();

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#journal = new Journal(options.clock);
    this.#http = new HttpEndpoints(options.log.logger("http"), options.clock, {
      state: () => this.state(),
      journal: this.#journal,
      metrics: () => this.#metrics.page(this.state()),
      drain: (request) => this.drain(request),
      explain: (request) => this.explain(request),
      release: (cluster) => this.release(cluster),
      drainService: (request) => this.drainService(request),
    });
    this.#drains = new DrainKeeper(options.stateDirectory, options.log.logger());
  }

  /** Rejects where the state directory cannot be used, or another runner uses it. */
  async start(): Promise<void> {
    const { stateDirectory, directory, configuration, clock, log } = this.#options;
    await makeStateDirectory(stateDirectory);
    const duties = dutiesOf(this.#options.role);
    for (const duty of duties) this.#locks.push(await lockStateDirectory(stateDirectory, duty, directory));
    const snapshots = new SnapshotKeeper({ directory: join(stateDirectory, "membership"), clock, log: log.logger() });
    await snapshots.start();
    await this.#drains.load();
    await configuration.start();
    this.#configureLog(configuration.configuration.logging);
    const peer = await hostPeer(configuration.configuration.runner);
    this.#parts = this.#makeParts(snapshots, peer);
    if (duties.includes("reporter")) this.#reporting = this.#makeReporting(peer);
    configuration.onChange(() => this.#apply());
    this.#apply();
    for (const duty of duties) await this.#http.listenOnSocket(join(stateDirectory, `${duty}.sock`));
    this.#tell({
      kind: "runner",
      message: taskSentence(duties, directory, stateDirectory, configuration.configuration),
    });
    await this.#reporting?.start(configuration.configuration);
  }

  /** Everything there is to know. */
  state(): RunnerState {
    const { version, configuration } = this.#options;
    const { membership, balancers } = this.#running();
    const states = balancers.states();
    const services = this.#reporting?.states() ?? [];
    const ready = [...states.values()].every(({ everInLine }) => everInLine) && (this.#reporting?.settled() ?? true);
    // Ready once, ready for good: a new balancer that fails must not take the others out of use.
    if (ready && states.size + services.length > 0) this.#wasReady = true;
    return {
      version,
      ready: ready || this.#wasReady,
      startedAt: this.#startedAt,
      clusters: clustersOf(configuration.configuration, membership, this.#drains),
      balancers: states,
      services,
      problems: configuration.problems,
      notices: configuration.notices,
    };
  }

  /** Calls `listener` whenever `state` may say something new. */
  onState(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Takes a node out of rotation on this host, or back. Rejects where that cannot be kept. */
  async drain(request: DrainRequest): Promise<DrainReply> {
    const { clock } = this.#options;
    const reply = await this.#drains.change((drains) => {
      return decideDrain(request, this.state().clusters, drains, clock.now());
    });
    if (!reply.done || !reply.changed) return reply;
    const nodes = { [request.drained ? "drained" : "undrained"]: [reply.node] };
    this.#tell({ kind: "operator", message: reply.message, cluster: request.cluster, nodes });
    this.#running().membership.drainsChanged(request.cluster);
    this.#membersChanged(request.cluster, clock.elapsed());
    return reply;
  }

  /** Why a cluster, or a node of it, is as it is. */
  explain(request: ExplainRequest): Promise<ExplainReply> {
    const { clock, configuration } = this.#options;
    const [state, { balancers }] = [this.state(), this.#running()];
    const source = { state, configuration: configuration.configuration, balancers, journal: this.#journal, clock };
    return answerExplain(request, source);
  }

  /** Lets the nodes of `cluster` go that are held. */
  release(cluster: string): ReleaseReply {
    const reply = decideRelease(cluster, this.state().clusters);
    if (!reply.done) return reply;
    const { message, released } = reply;
    this.#tell({ kind: "operator", level: "warn", message, cluster, nodes: { released } });
    this.#running().membership.release(cluster);
    return reply;
  }

  /** Takes a service of this host out of rotation, or back. Rejects where that cannot be kept. */
  async drainService(request: ServiceDrainRequest): Promise<ServiceDrainReply> {
    const refused = "this runner reports no services: ask the one with the role reporter";
    return (await this.#reporting?.drain(request)) ?? { done: false, changed: false, message: refused };
  }

  /** The port HTTP is answered on; undefined: none. */
  httpPort(): number | undefined {
    return this.#http.port();
  }

  /** Reads everything anew and has every balancer look at its target. */
  async rescan(): Promise<void> {
    await this.#options.configuration.rescan();
    this.#running().balancers.markAll();
  }

  /** Lets everything go; targets are left running. Resolves within 5 seconds, whatever plugins do. */
  async stop(): Promise<void> {
    const { clock, configuration, log } = this.#options;
    const parts = [
      configuration.stop(),
      this.#reporting?.stop(),
      this.#parts?.membership.stop(),
      this.#parts?.balancers.stop(),
      this.#http.close(),
    ];
    const logged = parts.map((part) =>
      part?.catch((error: unknown) => log.logger().warn(`stopping: ${errorText(error)}`, { err: error })),
    );
    const ended = await settlesWithin(clock, STOP_MS, Promise.all(logged));
    if (!ended) log.logger().error("stopping: not everything has ended in time; what is left ends with the process");
    for (const lock of this.#locks.splice(0)) await lock.release();
  }

  #makeParts(snapshots: SnapshotKeeper, peer: Peer): { membership: Membership; balancers: Balancers } {
    const { clock, times, random, log, configuration } = this.#options;
    const startAfter = new Promise<void>((resolve) => {
      this.#beginCalls = resolve;
    });
    const context = (kind: string, name: string, requestSync: Context["requestSync"]): Context => {
      return this.#context(peer, kind, name, requestSync);
    };
    const membership = new Membership({
      clock,
      times,
      random,
      snapshots,
      log: log.logger(),
      note: this.#note,
      contextFor: ({ name }) => context("discovery", name, () => undefined),
      drainedIn: (cluster) => drainTest(this.#drains.of(cluster)),
      onChange: (cluster, at) => this.#membersChanged(cluster, at),
    });
    const overlay = new DrainOverlay();
    const balancers = new Balancers({
      clock,
      times,
      random,
      startAfter,
      settle: () => this.#settle(),
      contextFor: ({ name }, requestSync) => context("balancer", name, requestSync),
      membersOf: (cluster) => shownMembers(cluster, membership.state(cluster), overlay, this.#drains.of(cluster)),
      undecided: () => membership.undecided(),
      locate: (file, path, atKey) => configuration.locate(file, path, atKey),
      meterFor: (balancer) => this.#metrics.meter(balancer),
      onState: () => this.#changed(),
      note: this.#note,
    });
    // The first sync waits this long for sources to speak, so that a target that is not running yet starts up right.
    clock.after(this.#settle().maxMs, this.#beginCalls);
    return { membership, balancers };
  }

  #makeReporting(peer: Peer): ServiceReporting {
    const { stateDirectory, clock, times, random, log } = this.#options;
    return new ServiceReporting({
      stateDirectory,
      clock,
      times,
      random,
      logFor: (part) => journaledLog(log.logger(part), part, this.#note),
      contextFor: (kind, name) => this.#context(peer, kind, name, () => undefined),
      checked: (service, check, passed) => this.#metrics.checked(service, check, passed),
      onState: () => this.#changed(),
    });
  }

  #context(peer: Peer, kind: string, name: string, requestSync: Context["requestSync"]): Context {
    const { directory, log } = this.#options;
    return { name, directory, peer, log: log.logger(`${kind} ${name}`), requestSync };
  }

  #apply(): void {
    const { configuration, directory, http, httpTokenFile, log } = this.#options;
    const { membership, balancers } = this.#running();
    const current = configuration.configuration;
    this.#configureLog(current.logging);
    for (const notice of this.#nextStart.notices(current.runner)) log.logger().warn(notice);
    for (const event of configEvents(this.#problems, configuration.problems)) this.#note(event);
    this.#problems = configuration.problems;
    const { listen, token_file: ownToken } = current.runner.http;
    void this.#http.listen(http ?? listen, httpTokenFile ?? (ownToken && resolve(directory, ownToken)));
    const writers = writersPart(current, dutiesOf(this.#options.role));
    balancers.apply(writers);
    membership.apply(writers);
    this.#reporting?.apply(current);
    this.#beginIfHeard();
    this.#changed();
  }

  #membersChanged(cluster: string, at: number): void {
    this.#parts?.balancers.membershipChanged(cluster, at);
    this.#beginIfHeard();
    this.#changed();
  }

  #beginIfHeard(): void {
    if (this.#parts?.membership.undecided().length === 0) this.#beginCalls();
  }

  #settle(): Settle {
    const { min, max } = this.#options.configuration.configuration.runner.settle;
    const minMs = durationMs(min);
    return { minMs, maxMs: Math.max(minMs, durationMs(max)) };
  }

  #configureLog({ level, format }: LoggingSettings): void {
    const { log, logging } = this.#options;
    log.configure({ level: logging.level ?? level ?? "info", format: logging.format ?? format ?? "pretty" });
  }

  #running(): { readonly membership: Membership; readonly balancers: Balancers } {
    if (this.#parts === undefined) throw new Error("the runner has not started");
    return this.#parts;
  }

  #tell({ level = "info", ...note }: Omit<EventNote, "level"> & { readonly level?: "info" | "warn" }): void {
    this.#options.log.logger()[level](note.message);
    this.#note({ ...note, level });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
