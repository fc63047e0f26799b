import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type RunnerProcess, startRunner } from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { replaceFile } from "./replace-file.js";
import type { Site } from "./site.js";

/** What every host of a fleet is configured with. */
export interface FleetSettings {
  /** The discovery's plugin, and its file. */
  readonly plugin: "etcd" | "zookeeper";
  readonly discovery: object;
  readonly withdrawOnStop: boolean;
}

/** A host with the service web, and its reporter's process. */
export interface FleetHost {
  /** Its node's. */
  readonly name: string;
  readonly process: RunnerProcess;
}

/** Many hosts, each with a reporter of its own; all end with the test. */
export class ReporterFleet {
  readonly #site: Site;
  readonly #hosts = new Map<string, FleetHost>();
  readonly #names: readonly string[];

  constructor(site: Site, size: number) {
    this.#site = site;
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
  async configure({ plugin, discovery, withdrawOnStop }: FleetSettings): Promise<void> {
    for (const [index, name] of this.#names.entries()) {
      const directory = this.#directory(name);
      const files = {
        "runner.yaml": { name, ip: `127.0.1.${index + 1}`, http: { listen: "off" } },
        [`discovery/${plugin}.yaml`]: discovery,
        "services/web.yaml": { port: 8000, discovery: plugin, withdraw_on_stop: withdrawOnStop },
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
      this.#hosts.set(name, { name: `${name}:8000`, process });
    }
  }

  /** Sends a signal to some of them and waits until they have ended. */
  async signal(signal: NodeJS.Signals, hosts: readonly FleetHost[] = this.hosts): Promise<void> {
    for (const { process } of hosts) process.kill(signal);
    await Promise.all(hosts.map(({ process }) => process.ended));
  }

  #directory(name: string): string {
    return join(this.#site.directory.path, "hosts", name);
  }
}
