import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiscoveryRecord, Node } from "@lighthouse-sd/core";
import { onTestFinished } from "vitest";
import FileDiscovery, { type FileDiscoveryConfig } from "../src/index.js";

/** A directory of its own. */
export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "files-"));
}

/** A configuration directory of its own, removed when the test ends. */
export async function configurationDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A configured discovery. */
export function discoveryIn(directory: string, config: Partial<FileDiscoveryConfig> = {}): FileDiscovery {
  const discovery = new FileDiscovery({
    name: "file",
    directory,
    peer: { name: "here", ip: "10.0.0.1", port: 1024 },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    requestSync: () => {},
  });
  discovery.applyConfig(FileDiscovery.validateConfig({ path: "nodes", ...config }));
  return discovery;
}

/** What a watch has told so far. */
export interface Watched {
  /** Every full list, in order. */
  readonly answers: (readonly DiscoveryRecord[])[];
  /** Every loss, in order. */
  readonly losses: string[];
  /** `records` or `lost`, in order. */
  readonly calls: string[];
  /** Ends the watch and waits until it has settled. */
  stop(): Promise<void>;
}

/** Follows a cluster until the test ends or `stop` is called. */
export function watch(discovery: FileDiscovery, cluster: string): Watched {
  const stopped = new AbortController();
  const answers: (readonly DiscoveryRecord[])[] = [];
  const losses: string[] = [];
  const calls: string[] = [];
  const watcher = {
    records: (records: readonly DiscoveryRecord[]): void => {
      answers.push(records);
      calls.push("records");
    },
    lost: (error: unknown): void => {
      losses.push((error as Error).message);
      calls.push("lost");
    },
  };
  const settled = discovery.watch(cluster, null, watcher, { signal: stopped.signal });
  const stop = async (): Promise<void> => {
    stopped.abort();
    await settled;
  };
  onTestFinished(stop);
  return { answers, losses, calls, stop };
}

/** The values of the newest full list. */
export function latest(watched: Watched): readonly unknown[] | undefined {
  return watched.answers.at(-1)?.map((record) => record.value);
}

export function node(port: number, metadata: Node["metadata"] = {}): Node {
  return { name: `app1:${port}`, host: "app1", ip: "10.0.0.5", port, peer: null, metadata };
}
