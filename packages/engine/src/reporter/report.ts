import type { Discovery, Logger, Node, Registration } from "@lighthouse-sd/core";
import { type BackOff, backOffMs } from "@lighthouse-sd/plugin-kit";
import { type Clock, settlesWithin, sleep } from "../clock.js";
import { errorText } from "../error-text.js";
import type { DiscoveryLink } from "./discovery-link.js";

/** Where a report tells how it stands. */
export interface ReportSink {
  registered(): void;
  lost(reason: string): void;
}

/** What keeping one node registered needs. */
export interface ReportOptions {
  readonly service: string;
  readonly node: Node;
  readonly link: DiscoveryLink;
  /** True: what an earlier report has put there still stands, for this one to take over. */
  readonly inherits: boolean;
  readonly sink: ReportSink;
  readonly clock: Clock;
  readonly log: Logger;
  /** From 0 to 1, for spreading retries. */
  readonly random: () => number;
}

const BACK_OFF: BackOff = { firstMs: 500, capMs: 30_000 };
/** A report that went well for this long starts its back-off anew, in milliseconds. */
const WELL_MS = 60_000;
/** How long a withdrawal may take before it is reported as not ending, in milliseconds. */
const END_MS = 3500;
/** How long the withdrawal of what was inherited waits for it to be ours, in milliseconds: only that can be withdrawn. */
const INHERIT_MS = 700;

/** Keeps one node, as it is, registered through one discovery until ended. A report that rejects or ends by itself is
 * started again with back-off. */
export class Report {
  readonly link: DiscoveryLink;
  readonly node: Node;
  readonly #options: ReportOptions;
  readonly #stop = new AbortController();
  #over: Promise<void> | undefined;
  #keep = false;
  #ending = false;
  #heard: () => void = () => undefined;
  readonly #confirmed = new Promise<void>((resolve) => {
    this.#heard = resolve;
  });

  constructor(options: ReportOptions) {
    this.#options = options;
    this.link = options.link;
    this.node = options.node;
  }

  start(): void {
    this.#over ??= this.#run();
  }

  /** Withdraws the node, or leaves it for the next report. Nothing reaches the sink after this call. Resolves when that is
   * done, however long the plugin takes. */
  async end(keep: boolean): Promise<void> {
    const { clock, inherits, log, node, service, link } = this.#options;
    this.#ending = true;
    this.#keep = keep;
    if (inherits && !keep) await settlesWithin(clock, INHERIT_MS, this.#confirmed);
    this.#stop.abort();
    if (await settlesWithin(clock, END_MS, Promise.resolve(this.#over))) return;
    const where = `with ${link.settings.name}`;
    log.error(`service ${service}: the report of ${node.name} ${where} does not end although its signal has aborted`);
    await this.#over;
  }

  async #run(): Promise<void> {
    const { link } = this.#options;
    const release = link.use((reason) => this.#tell("lost", reason));
    try {
      const discovery = await Promise.race([link.instance, aborted(this.#stop.signal)]);
      if (discovery !== undefined) await this.#keepUp(discovery);
    } finally {
      release();
    }
  }

  async #keepUp(discovery: Discovery<unknown>): Promise<void> {
    const { clock, random } = this.#options;
    const { signal } = this.#stop;
    for (let failures = 1; !signal.aborted; failures++) {
      const startedAt = clock.elapsed();
      const reason = await this.#attempt(discovery);
      if (signal.aborted) return;
      this.#tell("lost", reason);
      if (clock.elapsed() - startedAt >= WELL_MS) failures = 1;
      await sleep(clock, backOffMs(failures, random(), BACK_OFF), signal);
    }
  }

  /** Runs the plugin's report until it settles; gives why it is over. */
  async #attempt(discovery: Discovery<unknown>): Promise<string> {
    const { service, node, link, log } = this.#options;
    const { signal } = this.#stop;
    const keep = (): boolean => this.#keep;
    const registration: Registration = {
      get keep() {
        return keep();
      },
      registered: () => this.#tell("registered"),
      lost: (error) => this.#tell("lost", errorText(error)),
    };
    try {
      if (discovery.report === undefined) return "its plugin registers no services";
      await discovery.report(service, node, registration, { signal });
      return "the report ended by itself";
    } catch (error) {
      if (!signal.aborted) return errorText(error);
      const what = this.#keep ? "its report ended badly" : "could not be withdrawn";
      log.warn(`service ${service}: ${node.name} with ${link.settings.name}: ${what}: ${errorText(error)}`);
      return "";
    }
  }

  #tell(what: "registered" | "lost", reason = ""): void {
    if (what === "registered") this.#heard();
    if (this.#ending || this.#stop.signal.aborted) return;
    if (what === "registered") this.#options.sink.registered();
    else this.#options.sink.lost(reason);
  }
}

/** Resolves with nothing once `signal` aborts. */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
