import type { Context, DiscoveryRecord, Node, Registration } from "@lighthouse-sd/core";
import { onTestFinished } from "vitest";
import EtcdDiscovery, { type EtcdBlock, type EtcdDiscoveryConfig } from "../src/index.js";

/** A configured discovery, stopped when the test ends. */
export function discoveryFor(
  config: Partial<EtcdDiscoveryConfig> & Pick<EtcdDiscoveryConfig, "hosts">,
  directory = "/nowhere",
): EtcdDiscovery {
  const line = (): void => {};
  const context: Context = {
    name: "etcd",
    directory,
    peer: { name: "here", ip: "10.0.0.1", port: 1024 },
    log: { debug: line, info: line, warn: line, error: line },
    requestSync: line,
  };
  const discovery = new EtcdDiscovery(context);
  discovery.applyConfig(EtcdDiscovery.validateConfig(config));
  onTestFinished(() => discovery.stop());
  return discovery;
}

/** What a watch has told so far. */
export interface Watched {
  /** Every full list, in order. */
  readonly answers: (readonly DiscoveryRecord[])[];
  /** Why the source was lost, each time. */
  readonly losses: string[];
  /** `records` or `lost`, in order. */
  readonly calls: string[];
  /** The newest full list as values by source; undefined: there was none. */
  newest(): Readonly<Record<string, unknown>> | undefined;
  /** Ends the watch and waits until it has settled. */
  stop(): Promise<void>;
}

/** Follows a cluster until the test ends or `stop` is called. */
export function watch(discovery: EtcdDiscovery, cluster: string, block: EtcdBlock | null = null): Watched {
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
  const settled = discovery.watch(cluster, block, watcher, { signal: stopped.signal });
  const stop = async (): Promise<void> => {
    stopped.abort();
    await settled;
  };
  onTestFinished(stop);
  const newest = (): Readonly<Record<string, unknown>> | undefined => {
    const list = answers.at(-1);
    return list && Object.fromEntries(list.map(({ source, value }) => [source, value]));
  };
  return { answers, losses, calls, newest, stop };
}

/** A report that runs. */
export interface Reporting {
  /** `registered`, or why it is lost, in order. */
  readonly told: string[];
  /** Ends it, withdrawing the node or keeping it, and waits until it has settled. */
  end(keep?: boolean): Promise<void>;
}

/** Keeps a node registered until the test ends or `end` is called. */
export function report(discovery: EtcdDiscovery, service: string, node: Node): Reporting {
  const stopped = new AbortController();
  const told: string[] = [];
  const registration: Registration & { keep: boolean } = {
    keep: false,
    registered: () => void told.push("registered"),
    lost: (error) => void told.push((error as Error).message),
  };
  const settled = discovery.report(service, node, registration, { signal: stopped.signal });
  const end = async (keep = false): Promise<void> => {
    if (!stopped.signal.aborted) registration.keep = keep;
    stopped.abort();
    await settled;
  };
  onTestFinished(() => end().catch(() => undefined));
  return { told, end };
}

export function node(port: number, metadata: Node["metadata"] = {}): Node {
  return { name: `app1:${port}`, host: "app1", ip: "10.0.0.5", port, peer: null, metadata };
}
