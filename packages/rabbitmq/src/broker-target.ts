import {
  type CallOptions,
  type Change,
  type Cluster,
  type ClusterProblem,
  type Context,
  durationMs,
  type NodeReport,
  type SyncResult,
} from "@lighthouse-sd/core";
import { lockTarget, type TargetLock, writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { AbsenceReports } from "./absence-reports.js";
import { Broker } from "./broker/broker.js";
import { type Answer, type ClusterView, unknown } from "./broker/cluster-view.js";
import { BrokerWork } from "./broker-work.js";
import { type ClusterFacts, clusterFacts, discoveryCounts, presenceFacts } from "./cluster-facts.js";
import { clusterProblems } from "./cluster-problems.js";
import type { RabbitMQBlock, RabbitMQConfig } from "./config/rabbitmq-config.js";
import { describeNodes } from "./describe-nodes.js";
import type { JoinDecision } from "./join/decide-join.js";
import type { JoinOutcome } from "./join/join-run.js";
import { JoinWatch } from "./join-watch.js";
import { ownName } from "./nodes/own-name.js";
import { NOBODY_SEEN, nextPresence, type Presence } from "./nodes/presence.js";
import { readOwnFragment } from "./own-fragment.js";
import { planFragment } from "./plan-fragment.js";

const EPMD_PORT = 4369;
const SOON_MS = 1000;

/** Where a target's time and chance come from. */
export interface TargetSources {
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** One broker on this host and its fragment, under one configuration. */
export class BrokerTarget {
  readonly #config: RabbitMQConfig;
  readonly #context: Context;
  readonly #sources: TargetSources;
  readonly #broker: Broker;
  readonly #work: BrokerWork;
  readonly #joinWatch: JoinWatch;
  readonly #absences: AbsenceReports;
  readonly #intervalMs: number;
  readonly #clients = new Map<string, { readonly host: string; readonly port: number }>();
  #lock: TargetLock | undefined;
  #presence: Presence = NOBODY_SEEN;
  #view: Answer<ClusterView> = unknown("it has not been asked yet");
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** The cluster's members as the broker said last; null: it never has. */
  #members: readonly string[] | null = null;
  #listedAtStart: readonly string[] | undefined;
  #unfinished: string | null = null;
  #growFailure: string | null = null;
  /** As they were said last: they stand while something is under way. */
  #problems: readonly ClusterProblem[] = [];

  constructor(config: RabbitMQConfig, context: Context, sources: TargetSources) {
    const self = ownName(config, context.peer);
    this.#config = config;
    this.#context = context;
    this.#sources = sources;
    this.#intervalMs = durationMs(config.reconcile_interval);
    this.#broker = new Broker(config, self, context.directory);
    this.#work = new BrokerWork(this.#broker, config.config_file);
    this.#joinWatch = new JoinWatch(this.#broker, this.#intervalMs, sources.random);
    this.#absences = new AbsenceReports(this.#broker);
  }

  /** Brings the fragment in line, and the broker where its configuration allows that. */
  async sync(clusters: readonly Cluster<RabbitMQBlock>[], { signal }: CallOptions): Promise<SyncResult> {
    const cluster = clusters[0];
    if (cluster === undefined) return { converged: true, changes: [] };
    await this.#claim();
    const facts = clusterFacts(cluster, this.#config.nodename);
    for (const [name, { ip, port }] of facts.brokers) this.#clients.set(name, { host: ip, port });
    const changes = [...(await this.#write(facts))];
    const outcome = await this.#work.outcome(signal);
    if (outcome !== undefined) changes.push(...this.#heed(outcome));
    if (this.#work.busy) return this.#underWay(changes);
    await this.#look(signal);
    this.#remember(facts);
    changes.push(...(await this.#write(facts)));
    if (this.#work.busy) return this.#underWay(changes);
    return await this.#settle(facts, changes, signal);
  }

  /** What the broker says of a cluster's nodes, as far as it is known. */
  describe(cluster: Cluster<RabbitMQBlock>): readonly NodeReport[] {
    return describeNodes(cluster, this.#config.nodename, this.#view);
  }

  /** Waits for what is under way in the broker; leaves out what has not begun. */
  async stop(): Promise<void> {
    if (this.#work.busy) {
      const words = "a join is under way: what has begun of it is ended, what is left is for the next start";
      this.#context.log.warn(`${this.#broker.self}: ${words}`);
    }
    await this.#work.stop();
    this.#broker.close();
    await this.#lock?.release();
    this.#lock = undefined;
  }

  async #claim(): Promise<void> {
    const { name, directory } = this.#context;
    this.#lock ??= await lockTarget(this.#config.config_file, { name, directory });
  }

  async #write(facts: ClusterFacts): Promise<readonly Change[]> {
    const path = this.#config.config_file;
    const { listed } = await readOwnFragment(path);
    this.#listedAtStart ??= listed ?? [];
    const { config: block } = facts.cluster;
    const text = planFragment({
      self: this.#broker.self,
      block,
      discovered: facts.discovered,
      members: this.#members,
      presence: this.#presence,
      keepAbsentMs: durationMs(block.keep_absent),
      listed,
    });
    const written = await writeFileAtomic(path, text);
    return written ? [{ kind: "file", target: path, action: "written" }] : [];
  }

  /** Asks the broker, once in each interval. */
  async #look(signal: AbortSignal): Promise<void> {
    const now = this.#sources.now();
    if (now - this.#lookedAt < this.#intervalMs) return;
    const isUnfinished = await this.#work.isUnfinished();
    this.#view = await (isUnfinished ? this.#broker.viewOf(this.#broker.self, signal) : this.#broker.view(signal));
    this.#lookedAt = this.#sources.now();
    if (this.#view.known) this.#members = this.#view.value.members;
    this.#unfinished = isUnfinished ? await this.#work.lookAfter(this.#view, this.#lookedAt) : null;
  }

  /** Keeps in mind who is there. */
  #remember(facts: ClusterFacts): void {
    const view = this.#view.known ? this.#view.value : null;
    const isFirst = this.#presence.atMs === null;
    const now = { self: this.#broker.self, atMs: this.#sources.now(), intervalMs: this.#intervalMs, view };
    const members = this.#members ?? [];
    const before = isFirst
      ? { ...NOBODY_SEEN, absentMs: new Map((this.#listedAtStart ?? []).map((name) => [name, 0])) }
      : this.#presence;
    this.#presence = nextPresence(before, presenceFacts(facts, { ...now, members }));
  }

  #heed({ joined, started, changes, failure }: JoinOutcome): readonly Change[] {
    if (failure === null) {
      this.#lookedAt = Number.NEGATIVE_INFINITY;
      return changes;
    }
    // Looked at again in its turn: what fails at once would be tried without a pause.
    this.#context.log.warn(`${this.#broker.self}: ${failure}`);
    if (joined) this.#growFailure = failure;
    else this.#joinWatch.failed(failure, this.#sources.now());
    if (!started) this.#unfinished = `RabbitMQ was stopped in it for a join, and may be so still: ${failure}`;
    return changes;
  }

  #underWay(changes: readonly Change[]): SyncResult {
    return { converged: false, changes, problems: this.#problems, syncAgainMs: SOON_MS };
  }

  /** Joins where that is to be done, and says what a person should know. */
  async #settle(facts: ClusterFacts, changes: readonly Change[], signal: AbortSignal): Promise<SyncResult> {
    const join = await this.#considerJoin(facts, signal);
    if (join?.kind === "join") {
      const { grow_quorum_queues: grow } = facts.cluster.config;
      this.#context.log.info(`${this.#broker.self} is blank and alone: it joins the cluster of ${join.target}`);
      this.#work.join({ target: join.target, grow });
      return this.#underWay(changes);
    }
    this.#problems = clusterProblems({
      self: this.#broker.self,
      facts,
      view: this.#view,
      join,
      joinFailure: this.#joinWatch.failure,
      growFailure: this.#growFailure,
      absent: await this.#absent(facts, signal),
      unfinished: this.#unfinished,
    });
    const converged = this.#view.known && join?.kind !== "wait" && this.#unfinished === null;
    const untilLook = this.#lookedAt + this.#intervalMs - this.#sources.now();
    return { converged, changes, problems: this.#problems, syncAgainMs: Math.max(SOON_MS / 10, Math.ceil(untilLook)) };
  }

  async #considerJoin(facts: ClusterFacts, signal: AbortSignal): Promise<JoinDecision | null> {
    const { config: block, live } = facts.cluster;
    if (block.join !== "blank" || !this.#view.known || facts.discovered === null) return null;
    if (this.#unfinished !== null) return null;
    if (!live && this.#view.value.members.length === 1) return { kind: "wait", reason: "discovery does not answer" };
    const question = {
      self: this.#broker.self,
      seeds: block.seeds,
      own: this.#view.value,
      stableMs: this.#presence.stableMs,
      neededStableMs: 2 * this.#intervalMs,
      discovered: facts.discovered,
    };
    return await this.#joinWatch.decide(question, this.#sources.now(), signal);
  }

  async #absent(facts: ClusterFacts, signal: AbortSignal): Promise<readonly string[]> {
    const { config: block } = facts.cluster;
    if (block.forget !== "report" || !this.#view.known) return [];
    const own = this.#view.value;
    const question = {
      self: this.#broker.self,
      seeds: block.seeds,
      expectedSize: block.expected_size ?? null,
      discoveryCounts: discoveryCounts(facts, this.#broker.self, own),
      neededMs: durationMs(block.forget_after),
      own,
      epmdPort: Number(this.#config.environment["ERL_EPMD_PORT"] ?? process.env["ERL_EPMD_PORT"] ?? EPMD_PORT),
      absentMs: this.#presence.absentMs,
      clients: this.#clients,
      discovered: new Set(facts.discovered ?? []),
    };
    return await this.#absences.describe(question, this.#sources.now(), signal);
  }
}
