import { pause } from "@lighthouse-sd/plugin-kit";
import type { Broker } from "./broker/broker.js";
import { readIntent, removeIntent } from "./join/join-intent.js";
import { changeOf, type JoinOrder, type JoinOutcome, runJoin } from "./join/join-run.js";

/** A sync that waits for longer would be called off; what is under way goes on without it. */
const LONGEST_WAIT_MS = 40_000;

/** What changes the broker on this host: one thing at a time, each to its end, whatever becomes of the sync that began
 * it. */
export class BrokerWork {
  readonly #broker: Broker;
  readonly #configFile: string;
  readonly #stop = new AbortController();
  #running: Promise<JoinOutcome> | undefined;
  #intentMayStand = true;

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
    // Should RabbitMQ not start again, that is for a later look.
    this.#intentMayStand = true;
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

  /** Looks for a join that was begun in an earlier life and not ended: RabbitMQ, where that stopped it, is started again.
   * Resolves to why that cannot be told yet; null: there is nothing to do, or it has begun. */
  async recover(signal: AbortSignal): Promise<string | null> {
    if (!this.#intentMayStand || this.busy) return null;
    const needed = await this.needsStart(signal);
    if (needed === "unknown") return "it was left in the middle of a join, and does not answer";
    this.#intentMayStand = false;
    if (needed === "no") await removeIntent(this.#configFile);
    else this.#begin(this.#startAgain());
    return null;
  }

  /** Whether a join that was not ended has left RabbitMQ stopped. */
  async needsStart(signal: AbortSignal): Promise<"yes" | "no" | "unknown"> {
    const intent = await readIntent(this.#configFile);
    if (intent === null || intent.node !== this.#broker.self) return "no";
    const view = await this.#broker.viewOf(this.#broker.self, signal);
    if (view.known) return "no";
    return view.appStopped === true ? "yes" : "unknown";
  }

  /** Leaves out what has not begun, and waits for the rest. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running?.catch(() => undefined);
  }

  #begin(running: Promise<JoinOutcome>): void {
    this.#running = running.catch((error: Error) => ({ joined: false, changes: [], failure: error.message }));
  }

  async #startAgain(): Promise<JoinOutcome> {
    const limits = this.#broker.changeLimits(new AbortController().signal);
    const started = await this.#broker.commands.ask(this.#broker.self, ["start_app"], limits);
    if (!started.known) {
      this.#intentMayStand = true;
      return { joined: false, changes: [], failure: started.reason };
    }
    await removeIntent(this.#configFile);
    return { joined: false, changes: [changeOf(this.#broker, ["start_app"])], failure: null };
  }
}
