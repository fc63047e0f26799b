import { setMaxListeners } from "node:events";
import { join } from "node:path";
import type { Watcher } from "@lighthouse-sd/core";
import { WatchTeller, watchDirectory } from "@lighthouse-sd/plugin-kit";
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

/** Tells `watcher` what the cluster's files say, until `ended` aborts. */
export async function watchCluster(watch: ClusterWatch, ended: AbortSignal): Promise<void> {
  const { cluster, files, watcher } = watch;
  // Every file that is being read listens to it: more than a signal of somebody else is meant for.
  const signal = AbortSignal.any([ended]);
  setMaxListeners(0, signal);
  const hints = new Hints();
  const teller = new WatchTeller(watcher);
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
      if (answer !== undefined && "error" in answer) teller.lost(answer.error);
      else if (answer !== undefined) teller.records(answer.records);
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
