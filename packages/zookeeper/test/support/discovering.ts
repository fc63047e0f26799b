import type { DiscoveryRecord, Node } from "@lighthouse-sd/core";
import { onTestFinished } from "vitest";
import ZooKeeperDiscovery from "../../src/index.js";

/** A configured discovery, stopped when the test ends. */
export function discoveryWith(config: Readonly<Record<string, unknown>>, directory = "/nowhere"): ZooKeeperDiscovery {
  const discovery = new ZooKeeperDiscovery({
    name: "zookeeper",
    directory,
    peer: { name: "here", ip: "10.0.0.1", port: 1024 },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    requestSync: () => {},
  });
  discovery.applyConfig(ZooKeeperDiscovery.validateConfig({ path: "/lighthouse", ...config }));
  onTestFinished(() => discovery.stop());
  return discovery;
}

/** What a watch has told so far. */
export interface Watched {
  /** Every full list, in order. */
  readonly answers: (readonly DiscoveryRecord[])[];
  /** Every loss, in order. */
  readonly losses: string[];
  /** Whether it was told as lost last. */
  isLost(): boolean;
  /** The newest list. */
  records(): readonly DiscoveryRecord[];
  /** Ends the watch and waits until it has settled. */
  stop(): Promise<void>;
}

/** Follows a cluster until the test ends or `stop` is called. */
export function watch(discovery: ZooKeeperDiscovery, cluster: string, block: object | null = null): Watched {
  const stopped = new AbortController();
  const answers: (readonly DiscoveryRecord[])[] = [];
  const losses: string[] = [];
  let lost = false;
  const watcher = {
    records: (records: readonly DiscoveryRecord[]): void => {
      answers.push(records);
      lost = false;
    },
    lost: (error: unknown): void => {
      losses.push((error as Error).message);
      lost = true;
    },
  };
  const settled = discovery.watch(cluster, block, watcher, { signal: stopped.signal });
  const stop = async (): Promise<void> => {
    stopped.abort();
    await settled;
  };
  onTestFinished(stop);
  return { answers, losses, isLost: () => lost, records: () => answers.at(-1) ?? [], stop };
}

/** What a report has told so far. */
export interface Reported {
  /** `registered`, or why not, in order. */
  readonly told: string[];
  isRegistered(): boolean;
  /** Ends the report and waits until it has settled; the reason where it was rejected. */
  stop(keep?: boolean): Promise<string | undefined>;
}

/** Reports a node until the test ends or `stop` is called. */
export function report(discovery: ZooKeeperDiscovery, service: string, node: Node): Reported {
  const stopped = new AbortController();
  const told: string[] = [];
  let kept = false;
  const registration = {
    get keep(): boolean {
      return kept;
    },
    registered: () => void told.push("registered"),
    lost: (error: unknown) => void told.push((error as Error).message),
  };
  const settled = discovery.report(service, node, registration, { signal: stopped.signal }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const stop = (keep = false): Promise<string | undefined> => {
    kept = keep;
    stopped.abort();
    return settled;
  };
  onTestFinished(() => void stop());
  return { told, isRegistered: () => told.at(-1) === "registered", stop };
}

/** The member with that port. */
export function node(port: number, metadata: Node["metadata"] = {}): Node {
  return { name: `app1:${port}`, host: "app1", ip: "10.0.0.5", port, peer: null, metadata };
}
