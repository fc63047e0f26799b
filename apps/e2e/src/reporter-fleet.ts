import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type RunnerProcess, startRunner } from "@lighthouse-sd/test-servers";
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

/** Many hosts, each with a reporter of its own; all end with their site. */
export class ReporterFleet {
  readonly #site: Site;
  readonly #hosts = new Map<string, FleetHost>();
  readonly #names: string[];
  #settings: FleetSettings | undefined;

  constructor(site: Site, size: number) {
    this.#site = site;
    this.#names = Array.from({ length: size }, (_, index) => `app${index + 1}`);
    site.onEnd(async () => {
      for (const { process } of this.hosts) process.kill("SIGKILL");
      await Promise.all(this.hosts.map(({ process }) => process.ended));
    });
  }

  /** By number. */
  get hosts(): readonly FleetHost[] {
    return this.#names.flatMap((name) => this.#hosts.get(name) ?? []);
  }

  /** Writes the configuration of every host; of `hosts` alone where they are given. */
  async configure(settings: FleetSettings, hosts?: readonly FleetHost[]): Promise<void> {
    if (hosts === undefined) this.#settings = settings;
    const isMeant = (name: string): boolean => hosts?.some((host) => host.name === nodeOf(name)) ?? true;
    const names = this.#names.filter(isMeant);
    for (const name of names) await this.#write(name, settings);
  }

  /** Starts every reporter and waits for none. */
  start(): void {
    for (const name of this.#names) this.#start(name);
  }

  /** One more host, configured as the others: starts its reporter and waits for nothing. */
  async join(): Promise<FleetHost> {
    if (this.#settings === undefined) throw new Error("a fleet has to be configured before a host can join it");
    const name = `app${this.#names.length + 1}`;
    this.#names.push(name);
    await this.#write(name, this.#settings);
    return this.#start(name);
  }

  /** The host that has joined last leaves: its reporter is stopped. */
  async leave(): Promise<void> {
    const name = this.#names.pop() ?? "";
    const host = this.#hosts.get(name);
    this.#hosts.delete(name);
    if (host !== undefined) await this.signal("SIGTERM", [host]);
  }

  /** Sends a signal to some of them and waits until they have ended. */
  async signal(signal: NodeJS.Signals, hosts: readonly FleetHost[] = this.hosts): Promise<void> {
    for (const { process } of hosts) process.kill(signal);
    await Promise.all(hosts.map(({ process }) => process.ended));
  }

  async #write(name: string, { plugin, discovery, withdrawOnStop }: FleetSettings): Promise<void> {
    const directory = this.#directory(name);
    const files = {
      "runner.yaml": { name, ip: `127.0.1.${this.#names.indexOf(name) + 1}`, http: { listen: "off" } },
      [`discovery/${plugin}.yaml`]: discovery,
      "services/web.yaml": { port: 8000, discovery: plugin, withdraw_on_stop: withdrawOnStop },
    };
    await Promise.all(["discovery", "services"].map((folder) => mkdir(join(directory, folder), { recursive: true })));
    for (const [file, content] of Object.entries(files)) await replaceFile(join(directory, file), stringify(content));
  }

  #start(name: string): FleetHost {
    const process = startRunner({
      directory: this.#directory(name),
      stateDirectory: join(this.#site.directory.path, "states", name),
      args: ["--role", "reporter"],
      env: this.#site.env,
    });
    const host = { name: nodeOf(name), process };
    this.#hosts.set(name, host);
    return host;
  }

  #directory(name: string): string {
    return join(this.#site.directory.path, "hosts", name);
  }
}

/** The name of a host's node. */
function nodeOf(host: string): string {
  return `${host}:8000`;
}
