import { setMaxListeners } from "node:events";
import { join } from "node:path";
import type { Logger } from "@lighthouse-sd/core";
import { watchDirectory } from "@lighthouse-sd/plugin-kit";
import { errorText } from "../error-text.js";
import type { PluginFinder } from "../plugins/plugin-finder.js";
import { inSpan, type WorkSpan } from "../tracing/in-span.js";
import { AcceptedTexts } from "./accepted-texts.js";
import type { Configuration, FileProblem } from "./configuration.js";
import { ConfigurationDirectory } from "./configuration-directory.js";
import { ConfigurationReview, type Verdict } from "./configuration-review.js";
import { FOLDERS } from "./directory-layout.js";
import { formatProblem } from "./sort-problems.js";
import type { Place } from "./yaml-source.js";

/** Between two readings that must be equal before a file that is written in place is taken, in milliseconds. */
const SETTLE_MS = 150;
/** How long hints are gathered before the directory is looked at, in milliseconds. */
const GATHER_MS = 20;
/** When to look again after a look that failed for a reason of our own, in milliseconds. */
const RETRY_MS = 5000;

/** What a ConfigurationStore works on. */
export interface ConfigurationStoreOptions {
  /** The configuration directory. */
  readonly directory: string;
  /** Where the texts in force are kept over a restart, in `accepted/`; null: nowhere. */
  readonly stateDirectory: string | null;
  readonly plugins: PluginFinder;
  readonly log: Logger;
}

/** Follows a configuration directory and says what is in force: of every file its last valid version, also across a
 * restart, and of the valid ones those that go together. */
export class ConfigurationStore {
  readonly #directory: string;
  readonly #log: Logger;
  readonly #files: ConfigurationDirectory;
  readonly #review: ConfigurationReview;
  readonly #kept: AcceptedTexts | undefined;
  readonly #listeners: (() => void)[] = [];
  readonly #stopping: AbortController = new AbortController();
  #verdict: Verdict | undefined;
  #emptiedOnPurpose = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor({ directory, stateDirectory, plugins, log }: ConfigurationStoreOptions) {
    // Every file that is being read listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.#directory = directory;
    this.#log = log;
    this.#files = new ConfigurationDirectory(directory);
    this.#review = new ConfigurationReview(plugins);
    this.#kept = stateDirectory === null ? undefined : new AcceptedTexts(join(stateDirectory, "accepted"), log);
  }

  /** Reads what was in force last, then the directory, and watches it. Resolves when the first configuration is in
   * force. */
  async start(): Promise<void> {
    const texts = (await this.#kept?.load()) ?? [];
    await this.#review.restore(texts);
    this.#files.remember(texts);
    await this.#look();
    const { signal } = this.#stopping;
    for (const folder of FOLDERS) {
      watchDirectory(join(this.#directory, folder), () => this.#lookWithin(GATHER_MS), { signal });
    }
  }

  /** The newest one in force. There is none before `start` has resolved. */
  get configuration(): Configuration {
    return this.#started().configuration;
  }

  /** All errors of all files, sorted. */
  get problems(): readonly FileProblem[] {
    return this.#started().problems;
  }

  /** What is no error and may still be a mistake, sorted. */
  get notices(): readonly FileProblem[] {
    return this.#started().notices;
  }

  /** Calls `listener` after the configuration, the problems or the notices have changed; once for what came together. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Where a value of a file stands in the text in force; undefined for a file of which no version is. */
  locate(file: string, path: readonly (string | number)[], atKey = false): Place | undefined {
    for (const draft of this.#verdict?.accepted.values() ?? []) {
      if (draft.file === file) return draft.source?.locate(path, atKey);
    }
    return undefined;
  }

  /** Looks at everything anew, and takes a folder that was emptied at its word. Resolves when that is done. */
  async rescan(): Promise<void> {
    this.#emptiedOnPurpose = true;
    await this.#enqueue();
    await this.#saving;
  }

  /** Ends the watch; what is in force stays readable. Safe twice. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the configuration is no longer watched"));
    clearTimeout(this.#timer);
    await this.#last;
    clearTimeout(this.#timer);
    await this.#saving;
  }

  #started(): Verdict {
    if (this.#verdict === undefined) throw new Error("the configuration has not been read yet");
    return this.#verdict;
  }

  #lookWithin(ms: number): void {
    const at = performance.now() + ms;
    if (this.#stopping.signal.aborted || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      void this.#enqueue();
    }, ms);
  }

  /** Settles after a look that begins after this call. */
  #enqueue(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    this.#next = this.#last.then(async () => {
      this.#next = undefined;
      if (this.#stopping.signal.aborted) return;
      try {
        await this.#look();
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#log.error(`the configuration could not be looked at: ${errorText(error)}`);
        this.#lookWithin(RETRY_MS);
      }
    });
    this.#last = this.#next;
    return this.#next;
  }

  #look(): Promise<void> {
    return inSpan({ name: "lighthouse.configure", root: true }, (span) => this.#takeIn(span));
  }

  async #takeIn(span: WorkSpan): Promise<void> {
    const emptiedOnPurpose = this.#emptiedOnPurpose;
    this.#emptiedOnPurpose = false;
    const { signal } = this.#stopping;
    const observation = await this.#files.observe({ signal, settleMs: SETTLE_MS, emptiedOnPurpose });
    const before = this.#verdict;
    const verdict = await this.#review.review(observation);
    this.#verdict = verdict;
    span.set({
      "lighthouse.configuration.changed": before?.configuration !== verdict.configuration,
      "lighthouse.configuration.error_count": verdict.problems.length,
      "lighthouse.configuration.notice_count": verdict.notices.length,
    });
    if (observation.lookAgainMs !== undefined) this.#lookWithin(observation.lookAgainMs);
    this.#saving = this.#saving.then(() => this.#kept?.save(verdict.accepted));
    if (isSame(before, verdict)) return;
    this.#tell(before, verdict);
    for (const listener of this.#listeners) listener();
  }

  #tell(before: Verdict | undefined, now: Verdict): void {
    const [were, are] = [before, now].map((verdict) => new Set(verdict?.problems.map(formatProblem)));
    for (const problem of now.problems.map(formatProblem)) if (!were?.has(problem)) this.#log.error(problem);
    for (const problem of were ?? []) if (!are?.has(problem)) this.#log.info(`no longer: ${problem}`);
    const known = new Set(before?.notices.map(formatProblem));
    for (const notice of now.notices.map(formatProblem)) if (!known.has(notice)) this.#log.warn(notice);
  }
}

function isSame(before: Verdict | undefined, now: Verdict): boolean {
  if (before?.configuration !== now.configuration) return false;
  const [first, second] = [before, now].map(({ problems, notices }) =>
    [...problems.map(formatProblem), "", ...notices.map(formatProblem)].join("\n"),
  );
  return first === second;
}
