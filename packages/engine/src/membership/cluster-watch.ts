import type { Discovery, Logger } from "@lighthouse-sd/core";
import { type BackOff, backOffMs } from "@lighthouse-sd/plugin-kit";
import { type Clock, settlesWithin, sleep } from "../clock.js";
import { errorText } from "../error-text.js";

/** Where a watch tells what it sees. Never throws. */
export interface WatchSink {
  /** A full list of what the plugin calls records. */
  answer(records: readonly unknown[]): void;
  lost(reason: string): void;
}

/** What one watch needs. */
export interface WatchOptions {
  readonly cluster: string;
  /** The cluster file's block for the discovery; null: none. */
  readonly block: unknown;
  readonly discovery: Discovery<unknown>;
  readonly sink: WatchSink;
  readonly clock: Clock;
  readonly log: Logger;
  /** From 0 to 1, for spreading retries. */
  readonly random: () => number;
}

const BACK_OFF: BackOff = { firstMs: 500, capMs: 30_000 };
/** How long a watch may say nothing at all before it is started again, the first time; doubled each time, in
 * milliseconds. Silence can be right (a cluster that nobody has written down yet), so it costs next to nothing. */
const SILENCE_MS = 30_000;
const LONGEST_SILENCE_MS = 600_000;
const SILENT = "it has said nothing so far";
/** A watch that went well for this long starts its back-off anew, in milliseconds. */
const WELL_MS = 60_000;
const ABORT_GRACE_MS = 5000;

/** Keeps one cluster watched until stopped: a watch that rejects, throws or ends is started again with back-off, one
 * that says nothing at once, and its cluster is told as lost. One that ignores its abort is not started a second time
 * beside itself. */
export class ClusterWatch {
  readonly #options: WatchOptions;
  readonly #stop = new AbortController();
  #failures = 0;
  #silences = 0;
  #done: Promise<void> | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#done ??= this.#run();
  }

  /** Nothing reaches the sink after this call; resolves when the plugin has settled. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { clock, sink, random } = this.#options;
    while (!this.#stop.signal.aborted) {
      const startedAt = clock.elapsed();
      const reason = await this.#attempt();
      if (this.#stop.signal.aborted) return;
      sink.lost(reason);
      if (reason === SILENT) continue;
      this.#failures = clock.elapsed() - startedAt >= WELL_MS ? 1 : this.#failures + 1;
      await sleep(clock, backOffMs(this.#failures, random(), BACK_OFF), this.#stop.signal);
    }
  }

  /** Runs the plugin's watch until it settles; returns why it is over. */
  async #attempt(): Promise<string> {
    const { cluster, block, discovery, sink, clock } = this.#options;
    const attempt = new AbortController();
    const end = (): void => attempt.abort();
    this.#stop.signal.addEventListener("abort", end, { once: true });
    let silent = false;
    const cancelLimit = clock.after(Math.min(LONGEST_SILENCE_MS, SILENCE_MS * 2 ** this.#silences), () => {
      silent = true;
      this.#silences++;
      sink.lost(SILENT);
      attempt.abort();
    });
    const watcher = this.#watcher(attempt.signal, cancelLimit);
    const watch = (async () => discovery.watch(cluster, block, watcher, { signal: attempt.signal }))();
    attempt.signal.addEventListener("abort", () => void this.#reportIfEndless(watch), { once: true });
    try {
      await watch;
      return silent ? SILENT : "the watch ended by itself";
    } catch (error) {
      return silent ? SILENT : errorText(error);
    } finally {
      cancelLimit();
      attempt.abort();
      this.#stop.signal.removeEventListener("abort", end);
    }
  }

  #watcher(signal: AbortSignal, heard: () => void): { records(records: unknown): void; lost(error: unknown): void } {
    const { sink } = this.#options;
    return {
      records: (records) => {
        if (signal.aborted) return;
        heard();
        if (!Array.isArray(records)) return sink.lost(`the plugin gave ${typeof records} instead of a list of records`);
        sink.answer([...records]);
      },
      lost: (error) => {
        if (signal.aborted) return;
        heard();
        sink.lost(errorText(error));
      },
    };
  }

  async #reportIfEndless(watch: Promise<void>): Promise<void> {
    const { clock, log, cluster } = this.#options;
    if (await settlesWithin(clock, ABORT_GRACE_MS, watch)) return;
    log.error(`the watch of cluster ${cluster} does not end although its signal has aborted; a restart waits for it`);
  }
}
