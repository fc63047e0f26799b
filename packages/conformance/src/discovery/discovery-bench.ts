import { type Discovery, type DiscoveryPlugin, type Node, schemaValidator } from "@lighthouse-sd/core";
import { deepFreeze } from "../plugin/deep-freeze.js";
import { unseen } from "../plugin/left-running.js";
import { assertSettles, settlesWithin } from "../plugin/settles.js";
import { silentContext } from "../plugin/silent-context.js";
import type { DiscoverySource, DiscoverySubject } from "./discovery-subject.js";
import { Registering } from "./registering.js";
import { SampleNodes } from "./sample-nodes.js";
import { Told } from "./told.js";

/** A watch that runs. */
export interface Watching {
  readonly told: Told;
  /** Aborts it, and resolves when it has settled. */
  end(): Promise<void>;
}

/** Where one promise is tried: a source, the instances made for it, what they tell. */
export class DiscoveryBench {
  readonly subject: DiscoverySubject;
  readonly source: DiscoverySource;
  readonly samples: SampleNodes;
  readonly answerMs: number;
  readonly lostMs: number;
  readonly restoreMs: number;
  readonly settleMs: number;
  readonly #made: Discovery<unknown>[] = [];
  readonly #running: { end(): Promise<void> }[] = [];
  readonly #established = new Set<string>();

  constructor(subject: DiscoverySubject, source: DiscoverySource) {
    this.subject = subject;
    this.source = unseenSource(source);
    this.samples = new SampleNodes(subject);
    this.answerMs = subject.answerMs ?? 20_000;
    this.lostMs = subject.lostMs ?? 30_000;
    this.restoreMs = subject.restoreMs ?? 60_000;
    this.settleMs = subject.settleMs ?? 5000;
  }

  get plugin(): DiscoveryPlugin<unknown> {
    return this.subject.plugin;
  }

  /** The configuration, as its file would hold it. */
  get given(): unknown {
    return this.source.config;
  }

  /** The same, validated. */
  get config(): unknown {
    return this.plugin.validateConfig(this.given);
  }

  /** A new instance without a configuration. */
  construct(name = "conformance"): Discovery<unknown> {
    const discovery = new this.plugin(silentContext(name, this.source.directory));
    this.#made.push(discovery);
    return discovery;
  }

  /** A new instance with the source's configuration. */
  async start(name?: string): Promise<Discovery<unknown>> {
    const discovery = this.construct(name);
    await discovery.applyConfig(deepFreeze(this.config));
    return discovery;
  }

  async stop(discovery: Discovery<unknown>): Promise<void> {
    await discovery.stop?.({ signal: new AbortController().signal });
  }

  /** The cluster's block, validated; null: it has none. */
  blockOf(cluster: string): unknown {
    const { clusterSchema } = this.plugin;
    if (this.subject.block === undefined || clusterSchema === undefined) return null;
    return deepFreeze(schemaValidator(clusterSchema)(this.subject.block(cluster)));
  }

  /** Makes the cluster known to the source, with these nodes. */
  async establish(cluster: string, nodes: readonly Node[] = []): Promise<void> {
    if (!this.#established.has(cluster)) await this.source.establish?.(cluster);
    this.#established.add(cluster);
    for (const node of nodes) await this.source.put(cluster, node);
  }

  /** Follows `cluster` until it is ended, at the latest with the bench. */
  watch(discovery: Discovery<unknown>, cluster: string, told: Told = new Told(cluster)): Watching {
    const stop = new AbortController();
    const { signal } = stop;
    const settled = (async () => discovery.watch(cluster, this.blockOf(cluster), told, { signal }))().then(
      () => signal.aborted || told.endedByItself("ended by itself"),
      (error: unknown) => signal.aborted || told.endedByItself(`was rejected: ${error}`),
    );
    const end = async (): Promise<void> => {
      stop.abort();
      await settled;
    };
    this.#running.push({ end });
    return { told, end };
  }

  /** Keeps `node` registered until it is ended, at the latest with the bench. */
  report(discovery: Discovery<unknown>, service: string, node: Node): Registering {
    const report = new Registering(discovery, service, node);
    this.#running.push(report);
    return report;
  }

  /** The same, when the registry has confirmed it. */
  async register(discovery: Discovery<unknown>, service: string, node: Node): Promise<Registering> {
    const report = this.report(discovery, service, node);
    await report.until(() => report.isRegistered, this.answerMs, `${node.name} was registered`);
    return report;
  }

  /** Waits until the watch has told these nodes and nothing else. */
  async shows(told: Told, nodes: readonly Node[], limitMs: number = this.answerMs): Promise<void> {
    const names = nodes.length > 5 ? `${nodes.length} nodes` : nodes.map((node) => node.name).join(", ") || "nobody";
    await told.until(() => this.samples.are(told.newest, nodes), limitMs, `${told.cluster} is told as ${names}`);
  }

  /** Follows `cluster` with an instance of its own, from when it has told these nodes. */
  async witness(cluster: string, nodes: readonly Node[] = []): Promise<Told> {
    const { told } = this.watch(await this.start("conformance-witness"), cluster);
    await this.shows(told, nodes);
    return told;
  }

  /** Ends a watch or a report; throws where it does not settle in time. */
  async end(running: { end(): Promise<void> }): Promise<void> {
    await assertSettles(this.settleMs, running.end());
  }

  /** Stops an instance; throws where it does not settle in time, or fails. */
  async stopInTime(discovery: Discovery<unknown>): Promise<void> {
    const stopped = this.stop(discovery);
    await assertSettles(this.settleMs, stopped, "the stop");
    await stopped;
  }

  /** Ends all that runs, stops every instance and ends the source. What does not end is left behind. */
  async close(): Promise<void> {
    try {
      const ended = this.#running.map((running) => running.end());
      await settlesWithin(this.settleMs, Promise.allSettled(ended));
      const stopped = this.#made.map((discovery) => this.stop(discovery));
      await settlesWithin(this.settleMs, Promise.allSettled(stopped));
    } finally {
      await this.source.dispose?.();
    }
  }
}

/** What the source starts is no leftover of an instance. */
function unseenSource(source: DiscoverySource): DiscoverySource {
  return new Proxy(source, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function"
        ? (...given: unknown[]) => unseen(() => Reflect.apply(value, target, given))
        : value;
    },
  });
}
