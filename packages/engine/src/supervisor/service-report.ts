import type { Logger } from "@lighthouse-sd/core";
import { type Clock, settlesWithin } from "../clock.js";
import type { RunnerState } from "../http/status.js";
import type { Notifier } from "./service-notifier.js";
import { statusLine } from "./status-line.js";

/** What a report to the service manager needs. */
export interface ServiceReportOptions {
  readonly notifier: Notifier;
  /** Undefined: nobody watches. */
  readonly watchdogMs: number | undefined;
  readonly state: () => RunnerState;
  readonly clock: Clock;
  readonly log: Logger;
}

/** So often it is told how things stand, where that has changed, in milliseconds. */
const STATUS_MS = 10_000;
/** A message may come late, or be lost, before a watchdog bites. */
const SIGNS_OF_LIFE = 3;
/** The longest that the end of the process waits for the last message, in milliseconds. */
const LAST_WORD_MS = 4000;

/** Tells the service manager how the runner stands, and that it is alive: not by a timer alone, but as long as no
 * balancer's loop stands still. One that does is what its watchdog is for. */
export class ServiceReport {
  readonly #options: ServiceReportOptions;
  #cancel: () => void = () => undefined;
  #told = "";
  #standing = "";
  #ready = false;
  /** How many messages are on their way. */
  #unread = 0;

  constructor(options: ServiceReportOptions) {
    this.#options = options;
  }

  /** The runner has started. */
  ready(): void {
    this.#ready = true;
    this.#tell(["READY=1"]);
    this.#next();
  }

  /** Everything is read anew, until `settled` has settled. */
  async reloading(settled: Promise<unknown>): Promise<void> {
    // The very clock that systemd measures with, in microseconds.
    this.#tell(["RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`]);
    await settled.catch(() => undefined);
    this.#tell(["READY=1"]);
  }

  /** The runner stops. Resolves soon, whatever the service manager does. */
  async stopping(): Promise<void> {
    this.#ready = false;
    this.#cancel();
    const { clock, notifier } = this.#options;
    await settlesWithin(clock, LAST_WORD_MS, notifier.send(["STOPPING=1", "STATUS=stopping"]));
  }

  #next(): void {
    const { clock, watchdogMs } = this.#options;
    const ms = watchdogMs === undefined ? STATUS_MS : Math.min(STATUS_MS, watchdogMs / SIGNS_OF_LIFE);
    this.#cancel = clock.after(ms, () => {
      // Where they are read slowly, or not at all, no heap of them grows.
      if (this.#unread === 0) this.#tell(this.#signOfLife());
      this.#next();
    });
  }

  /** Sends `lines`, and how things stand where that has changed: from the start to the stop. */
  #tell(lines: readonly string[]): void {
    if (!this.#ready) return;
    const status = statusLine(this.#options.state());
    const all = status === this.#told ? lines : [...lines, `STATUS=${status}`];
    this.#told = status;
    if (all.length === 0) return;
    this.#unread++;
    void this.#options.notifier.send(all).then(() => {
      this.#unread--;
    });
  }

  #signOfLife(): readonly string[] {
    const { watchdogMs, state, log } = this.#options;
    if (watchdogMs === undefined) return [];
    const standing = [...state().balancers]
      .flatMap(([name, { standstill }]) =>
        standstill === null ? [] : [`balancer ${name} stands still: ${standstill}`],
      )
      .join("; ");
    if (standing !== this.#standing) {
      if (standing === "") log.info("nothing stands still any more: the watchdog is told so");
      else
        log.error(`${standing}; the watchdog is not told that all is well until it goes on, and restarts the runner`);
    }
    this.#standing = standing;
    return standing === "" ? ["WATCHDOG=1"] : [];
  }
}
