import type { Context, DiscoveryRecord } from "@lighthouse-sd/core";
import { schemaValidator } from "@lighthouse-sd/core";
import { type Dnsmasq, startDnsmasq, tempDirectory } from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";
import DnsDiscovery, { type DnsBlock } from "../src/index.js";

/** A discovery that asks these servers, quicker than a person would; who does not answer at all is waited for. */
export function discoveryAt(servers: readonly string[], config: object = {}): DnsDiscovery {
  const line = (): void => {};
  const context: Context = {
    name: "dns",
    directory: "/nowhere",
    peer: { name: "here", ip: "10.0.0.1", port: 1024 },
    log: { debug: line, info: line, warn: line, error: line },
    requestSync: () => {},
  };
  const discovery = new DnsDiscovery(context);
  const quick = { timeout: "5s", attempts: 1, min_ttl: "100ms", max_ttl: "60s" };
  discovery.applyConfig(DnsDiscovery.validateConfig({ ...quick, servers, ...config }));
  return discovery;
}

/** For a server that is not to answer. */
export const IMPATIENT: { readonly timeout: string } = { timeout: "1s" };

/** What a watch has told so far. */
export interface Watched {
  /** Every full list, in order. */
  readonly answers: (readonly DiscoveryRecord[])[];
  /** Every loss, in order. */
  readonly losses: string[];
}

/** Follows what a cluster's block names until the test ends. */
export function watch(discovery: DnsDiscovery, block: object | null): Watched {
  const stopped = new AbortController();
  const [answers, losses]: [(readonly DiscoveryRecord[])[], string[]] = [[], []];
  const watcher = {
    records: (records: readonly DiscoveryRecord[]): void => void answers.push(records),
    lost: (error: unknown): void => void losses.push((error as Error).message),
  };
  const valid = block === null ? null : schemaValidator<DnsBlock>(DnsDiscovery.clusterSchema)(block);
  const settled = discovery.watch("web", valid, watcher, { signal: stopped.signal });
  onTestFinished(async () => {
    stopped.abort();
    await settled;
  });
  return { answers, losses };
}

/** The values of the newest full list. */
export function latest(watched: Watched): readonly unknown[] | undefined {
  return watched.answers.at(-1)?.map((record) => record.value);
}

/** The addresses in the newest full list, or why there is none, in order. */
export function addresses(watched: Watched): readonly unknown[] | undefined {
  return watched.answers.at(-1)?.map(({ value, problem }) => problem ?? (value as { readonly ip?: unknown }).ip);
}

/** A DNS server of the test's own, ended with it. */
export async function dnsmasq(records: readonly string[]): Promise<Dnsmasq> {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  const server = await startDnsmasq({ directory: directory.path, records: ["local=/test/", ...records] });
  onTestFinished(() => server.kill());
  return server;
}
