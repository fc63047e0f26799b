import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type EtcdCluster, type RunnerProcess, startRunner } from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { replaceFile } from "./replace-file.js";
import type { Site } from "./site.js";

/** What every host of a fleet is configured with. */
export interface FleetSettings {
  /** How long a node stands after its reporter has died. */
  readonly lease: string;
  readonly withdrawOnStop: boolean;
}

/** A host with the service web, and its reporter's process. */
export interface FleetHost {
  readonly name: string;
  /** Its node's key in etcd. */
  readonly key: string;
  readonly process: RunnerProcess;
}

/** Many hosts, each with a reporter of its own; all end with the test. */
export class ReporterFleet {
  readonly #site: Site;
  readonly #etcd: EtcdCluster;
  readonly #hosts = new Map<string, FleetHost>();
  readonly #names: readonly string[];

  constructor(site: Site, etcd: EtcdCluster, size: number) {
    this.#site = site;
    this.#etcd = etcd;
    this.#names = Array.from({ length: size }, (_, index) => `app${index + 1}`);
    onTestFinished(async () => {
      for (const { process } of this.hosts) process.kill("SIGKILL");
      await Promise.all(this.hosts.map(({ process }) => process.ended));
    });
  }

  /** By number. */
  get hosts(): readonly FleetHost[] {
    return this.#names.flatMap((name) => this.#hosts.get(name) ?? []);
  }

  /** Writes the configuration of every host. */
  async configure({ lease, withdrawOnStop }: FleetSettings): Promise<void> {
    for (const [index, name] of this.#names.entries()) {
      const directory = this.#directory(name);
      const files = {
        "runner.yaml": { name, ip: `127.0.1.${index + 1}`, http: { listen: "off" } },
        "discovery/etcd.yaml": { hosts: this.#etcd.hosts, lease },
        "services/web.yaml": { port: 8000, discovery: "etcd", withdraw_on_stop: withdrawOnStop },
      };
      await Promise.all(["discovery", "services"].map((folder) => mkdir(join(directory, folder), { recursive: true })));
      for (const [file, content] of Object.entries(files)) await replaceFile(join(directory, file), stringify(content));
    }
  }

  /** Starts every reporter and waits for none. */
  start(): void {
    for (const name of this.#names) {
      const process = startRunner({
        directory: this.#directory(name),
        stateDirectory: join(this.#site.directory.path, "states", name),
        args: ["--role", "reporter"],
      });
      this.#hosts.set(name, { name, key: `/lighthouse/web/${name}:8000`, process });
    }
  }

  /** Sends a signal to some of them and waits until they have ended. */
  async signal(signal: NodeJS.Signals, hosts: readonly FleetHost[] = this.hosts): Promise<void> {
    for (const { process } of hosts) process.kill(signal);
    await Promise.all(hosts.map(({ process }) => process.ended));
  }

  /** Since which revision of etcd each node has stood without a gap, by its key. */
  async standingSince(): Promise<Readonly<Record<string, string>>> {
    const entries = await this.#entries();
    return Object.fromEntries(entries.map(({ key, since }) => [key, since]));
  }

  /** The nodes that hang on a lease of this many seconds. */
  async onLeaseOf(seconds: number): Promise<readonly string[]> {
    const found = await Promise.all(
      (await this.#entries()).map(async ({ key, lease }) => {
        const { grantedTTL } = await this.#etcd.gateway.call("lease/timetolive", { ID: lease });
        return Number(grantedTTL) === seconds ? [key] : [];
      }),
    );
    return found.flat();
  }

  async #entries(): Promise<readonly { readonly key: string; readonly since: string; readonly lease: string }[]> {
    const [from, to] = ["/lighthouse/web/", "/lighthouse/web0"].map((text) => Buffer.from(text).toString("base64"));
    const { kvs = [] } = (await this.#etcd.gateway.call("kv/range", { key: from, range_end: to })) as {
      readonly kvs?: readonly { readonly key: string; readonly create_revision: string; readonly lease?: string }[];
    };
    return kvs.map(({ key, create_revision: since, lease = "0" }) => {
      return { key: Buffer.from(key, "base64").toString(), since, lease };
    });
  }

  #directory(name: string): string {
    return join(this.#site.directory.path, "hosts", name);
  }
}
