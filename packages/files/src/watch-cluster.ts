import { join } from "node:path";
import type { DiscoveryRecord, Watcher } from "@lighthouse-sd/core";
import { watchDirectory } from "@lighthouse-sd/plugin-kit";
import type { ClusterFiles } from "./cluster-files.js";
import { isNodeFile } from "./file-names.js";
import { Hints } from "./hints.js";
import type { RootWatch } from "./root-watch.js";

/** What following a cluster needs. */
export interface ClusterWatch {
  readonly cluster: string;
  /** The root directory's absolute path. */
  readonly directory: string;
  readonly root: RootWatch;
  readonly files: ClusterFiles;
  readonly watcher: Watcher;
}

/** Tells `watcher` what the cluster's files say, until `signal` aborts. */
export async function watchCluster(watch: ClusterWatch, signal: AbortSignal): Promise<void> {
  const { cluster, files, watcher } = watch;
  const hints = new Hints();
  const teller = new Teller(watcher);
  const directory = new DirectoryHints(join(watch.directory, cluster), (entry) => {
    if (entry === null) hints.add(null);
    else if (isNodeFile(entry)) hints.add(`${cluster}/${entry}`);
  });
  const unfollow = watch.root.follow(cluster, (entry) => hints.add(entry === cluster ? null : entry));
  try {
    while (!signal.aborted) {
      await files.look(hints.take(), signal);
      directory.follow(files.hasDirectory);
      const answer = files.answer();
      if (signal.aborted) return;
      if (answer !== undefined) teller.tell(answer);
      await hints.wait(files.nextLookMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    unfollow();
    directory.follow(false);
  }
}

/** Watches a cluster's directory while there is one. */
class DirectoryHints {
  #stopped: AbortController | undefined;

  constructor(
    readonly directory: string,
    readonly onHint: (entry: string | null) => void,
  ) {}

  follow(wanted: boolean): void {
    if (wanted === (this.#stopped !== undefined)) return;
    this.#stopped?.abort();
    this.#stopped = wanted ? new AbortController() : undefined;
    if (this.#stopped !== undefined) watchDirectory(this.directory, this.onHint, { signal: this.#stopped.signal });
  }
}

/** Tells a watcher what is new to it. */
class Teller {
  #records: readonly DiscoveryRecord[] | undefined;
  #lost: string | undefined;

  constructor(readonly watcher: Watcher) {}

  tell(answer: { readonly records: readonly DiscoveryRecord[] } | { readonly error: Error }): void {
    if ("error" in answer) {
      if (this.#lost === answer.error.message) return;
      this.#lost = answer.error.message;
      this.watcher.lost(answer.error);
      return;
    }
    if (this.#lost === undefined && this.#records !== undefined && isSame(this.#records, answer.records)) return;
    this.#lost = undefined;
    this.#records = answer.records;
    this.watcher.records(answer.records);
  }
}

function isSame(before: readonly DiscoveryRecord[], now: readonly DiscoveryRecord[]): boolean {
  return before.length === now.length && before.every((record, index) => record === now[index]);
}
