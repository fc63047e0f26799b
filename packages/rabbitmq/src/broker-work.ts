import { pause } from "@lighthouse-sd/plugin-kit";
import type { Broker } from "./broker/broker.js";
import type { Answer, ClusterView } from "./broker/cluster-view.js";
import { readIntent, removeIntent } from "./join/join-intent.js";
import { changeOf, type JoinOrder, type JoinOutcome, runJoin } from "./join/join-run.js";

/** A sync that waits for longer would be called off; what is under way goes on without it. */
const LONGEST_WAIT_MS = 40_000;
/** How long RabbitMQ has to have run until a stop that was once asked for counts as over: one that has begun goes on in
 * the broker without whoever asked for it, and for a while the broker answers as before. */
const SETTLED_MS = 120_000;

/** What changes the broker on this host: one thing at a time, each to its end, whatever becomes of the sync that began
 * it. */
export class BrokerWork {
  readonly #broker: Broker;
  readonly #configFile: string;
  readonly #stop = new AbortController();
  #running: Promise<JoinOutcome> | undefined;
  #intentMayStand = true;
  /** Since when RabbitMQ has been seen to run, on the caller's clock, after a join that was not ended. */
  #runsSince: number | undefined;

  constructor(broker: Broker, configFile: string) {
    this.#broker = broker;
    this.#configFile = configFile;
  }

  /** True: something is under way. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Begins a join. */
  join(order: Omit<JoinOrder, "configFile">): void {
    // Should it not come to its end, that is for a later look.
    this.#intentMayStand = true;
    this.#runsSince = undefined;
    this.#begin(runJoin(this.#broker, { ...order, configFile: this.#configFile }, this.#stop.signal));
  }

  /** Waits for what is under way, for a while; undefined: it goes on, or there is nothing. */
  async outcome(signal: AbortSignal): Promise<JoinOutcome | undefined> {
    const running = this.#running;
    if (running === undefined) return undefined;
    const waited = new AbortController();
    const wait = pause(LONGEST_WAIT_MS, AbortSignal.any([signal, waited.signal]));
    const outcome = await Promise.race([running, wait]);
    waited.abort();
    signal.throwIfAborted();
    if (typeof outcome !== "object") return undefined;
    this.#running = undefined;
    return outcome;
  }

  /** Whether a join was begun, in this life or an earlier one, whose end is not known. The broker has to be asked by
   * command as long: that tells a stopped RabbitMQ from one that does not answer. */
  async isUnfinished(): Promise<boolean> {
    if (!this.#intentMayStand || this.busy) return false;
    const intent = await readIntent(this.#configFile);
    this.#intentMayStand = intent !== null && intent.node === this.#broker.self;
    return this.#intentMayStand;
  }

  /** Looks after such a join: RabbitMQ, where that has stopped it, is started again, and again, until it is known to go on
   * running. Resolves to what a person should know; null: that is over, or a start has begun. */
  async lookAfter(view: Answer<ClusterView>, nowMs: number): Promise<string | null> {
    if (!view.known) {
      this.#runsSince = undefined;
      if (view.appStopped !== true) return "it was left in the middle of a join, and does not answer";
      this.#begin(this.#startAgain());
      return null;
    }
    this.#runsSince ??= nowMs;
    // A member has been stopped, has joined and was started.
    const isOver = view.value.members.length > 1 || nowMs - this.#runsSince >= SETTLED_MS;
    if (!isOver) {
      return `it was left in the middle of a join; it runs, and is started again should it stop within ${SETTLED_MS / 1000} s`;
    }
    await removeIntent(this.#configFile);
    this.#intentMayStand = false;
    return null;
  }

  /** Leaves out what has not begun, and waits for the rest. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running?.catch(() => undefined);
  }

  #begin(running: Promise<JoinOutcome>): void {
    this.#running = running.catch((error: Error) => ({
      joined: false,
      started: false,
      changes: [],
      failure: error.message,
    }));
  }

  async #startAgain(): Promise<JoinOutcome> {
    const limits = this.#broker.changeLimits(new AbortController().signal);
    const started = await this.#broker.commands.ask(this.#broker.self, ["start_app"], limits);
    if (!started.known) return { joined: false, started: false, changes: [], failure: started.reason };
    return { joined: false, started: true, changes: [changeOf(this.#broker, ["start_app"])], failure: null };
  }
}
