import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  freePort,
  haproxyBinary,
  haproxyInfo,
  haproxyProcesses,
  haproxyStats,
  killHaproxies,
  type RunnerProcess,
  startRunner,
  type TempDirectory,
  tempDirectory,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { replaceFile } from "./replace-file.js";
import type { BalancerStatus, RunnerStatus } from "./runner-status.js";

/** One member as a nodes file lists it. */
export interface NodeRecord {
  readonly host: string;
  readonly ip: string;
  readonly port: number;
  readonly metadata?: unknown;
  readonly peer?: unknown;
}

/** A cluster's haproxy block, and keys of its file beside that. */
export type Block = Readonly<Record<string, unknown>>;

/** What a site has that others do not. */
export interface SiteOptions {
  /** Keys of balancers/haproxy.yaml in place of the ones every site has. */
  readonly balancer?: Block;
  /** Takes what ends it; default: it ends with the test that made it. */
  readonly onEnd?: (end: () => Promise<void>) => void;
}

/** Less than the 30 s after which a balancer looks at everything anew: that would find what an event has not told of. */
const PATIENCE_MS = 25_000;
const DEFAULTS = ["mode http", "timeout connect 2s", "timeout client 60s", "timeout server 30s"];

/** One host of its own: a configuration directory, node files, a runner, an HAProxy. All of it goes when the test that
 * made it has finished, or when who made it says so. */
export class Site {
  readonly directory: TempDirectory;
  readonly httpPort: number;
  readonly configDirectory: string;
  readonly nodesDirectory: string;
  readonly runDirectory: string;
  readonly stateDirectory: string;
  readonly configFile: string;
  readonly socket: string;
  readonly pidFile: string;
  /** Takes what has to end with it; what is taken last ends first. */
  readonly onEnd: (end: () => Promise<void>) => void;
  /** Of every process that is started for it. */
  env: Readonly<Record<string, string>> = {};
  #runner: RunnerProcess | undefined;

  private constructor(directory: TempDirectory, httpPort: number, onEnd: Site["onEnd"]) {
    this.directory = directory;
    this.httpPort = httpPort;
    this.onEnd = onEnd;
    this.configDirectory = join(directory.path, "etc");
    this.nodesDirectory = join(directory.path, "nodes");
    this.runDirectory = join(directory.path, "run");
    this.stateDirectory = join(directory.path, "state");
    this.configFile = join(this.runDirectory, "haproxy.cfg");
    this.socket = join(this.runDirectory, "admin.sock");
    this.pidFile = join(this.runDirectory, "haproxy.pid");
  }

  static async create(options: SiteOptions = {}): Promise<Site> {
    const site = new Site(await tempDirectory(), await freePort(), options.onEnd ?? onTestFinished);
    site.onEnd(() => site.#close());
    await Promise.all([site.runDirectory, site.nodesDirectory].map((path) => mkdir(path)));
    await site.writeConfig("runner.yaml", { name: "e2e-host", ip: "127.0.0.1" });
    await site.writeConfig("discovery/file.yaml", { path: site.nodesDirectory });
    await site.writeBalancer(options.balancer);
    return site;
  }

  /** Any file of the configuration directory, by rename. */
  writeConfig(file: string, content: unknown): Promise<void> {
    return replaceFile(
      join(this.configDirectory, file),
      typeof content === "string" ? content : stringify(content, { lineWidth: 0 }),
    );
  }

  removeConfig(file: string): Promise<void> {
    return rm(join(this.configDirectory, file));
  }

  writeBalancer(keys: Block = {}): Promise<void> {
    return this.writeConfig("balancers/haproxy.yaml", {
      config_file: this.configFile,
      socket_file: this.socket,
      pid_file: this.pidFile,
      binary: haproxyBinary(),
      bind_address: "127.0.0.1",
      restart_interval: "50ms",
      defaults: DEFAULTS,
      ...keys,
    });
  }

  writeCluster(name: string, block: Block, keys: Block = {}): Promise<void> {
    return this.writeConfig(`clusters/${name}.yaml`, { discovery: "file", ...keys, haproxy: block });
  }

  /** JSON: a long list of nodes takes YAML seconds. */
  writeNodes(cluster: string, nodes: readonly (NodeRecord | object)[]): Promise<void> {
    return replaceFile(join(this.nodesDirectory, `${cluster}.json`), JSON.stringify(nodes, null, 1));
  }

  /** Takes the source away, or brings it back. */
  async moveNodes(to: "away" | "back"): Promise<void> {
    const elsewhere = `${this.nodesDirectory}.away`;
    if (to === "away") await rename(this.nodesDirectory, elsewhere);
    else await rename(elsewhere, this.nodesDirectory);
  }

  get runner(): RunnerProcess {
    if (this.#runner === undefined) throw new Error("the site's runner was not started");
    return this.#runner;
  }

  /** Starts the runner and waits for nothing. */
  launch(args: readonly string[] = []): RunnerProcess {
    const { configDirectory: directory, stateDirectory, httpPort, env } = this;
    this.#runner = startRunner({ directory, stateDirectory, httpPort, args, env });
    return this.#runner;
  }

  /** Starts the runner and waits until it is ready: the first sync is done. */
  async start(args: readonly string[] = []): Promise<RunnerProcess> {
    const runner = this.launch(args);
    await this.until("the runner to be ready", async () => (await runner.get("/readyz")).status === 200, 60_000);
    return runner;
  }

  /** As waitFor; where the wait is in vain, or the runner has ended, the rejection shows what the runner wrote. */
  async until<T>(what: string, condition: () => T | Promise<T>, deadlineMs: number = PATIENCE_MS): Promise<void> {
    try {
      await waitFor(condition, { what, deadlineMs });
    } catch (error) {
      const written = this.#runner?.output().slice(-6_000) ?? "(not started)";
      throw new Error(`${(error as Error).message}\n--- the runner wrote:\n${written}`, { cause: error });
    }
  }

  async status(): Promise<RunnerStatus> {
    const { status, body } = await this.runner.get("/api/v1/status");
    if (status !== 200) throw new Error(`/api/v1/status answered ${status}: ${body}`);
    return JSON.parse(body) as RunnerStatus;
  }

  async balancer(): Promise<BalancerStatus> {
    const balancer = (await this.status()).balancers["haproxy"];
    if (balancer === undefined) throw new Error("the status has no balancer haproxy");
    return balancer;
  }

  configText(): Promise<string> {
    return readFile(this.configFile, "utf8");
  }

  /** The pid that answers on the admin socket. */
  async haproxyPid(): Promise<number> {
    return Number((await haproxyInfo(this.socket))["Pid"]);
  }

  /** The running HAProxy's servers of a cluster, as sorted addresses; undefined where it has no such backend. */
  async servers(cluster: string): Promise<readonly string[] | undefined> {
    const lines = (await haproxyStats(this.socket)).filter(({ proxy }) => proxy === cluster);
    if (lines.length === 0) return undefined;
    return lines
      .filter(({ server }) => server !== "BACKEND")
      .map(({ address }) => address)
      .sort();
  }

  /** Waits until the running HAProxy has exactly these members in a cluster. */
  untilServers(cluster: string, nodes: readonly NodeRecord[], deadlineMs?: number): Promise<void> {
    const wanted = nodes.map(({ ip, port }) => `${ip}:${port}`).sort();
    return this.until(
      `HAProxy to have ${wanted.length} servers in ${cluster}`,
      async () => {
        const found = await this.servers(cluster);
        if (JSON.stringify(found) === JSON.stringify(wanted)) return true;
        throw new Error(`wanted ${show(wanted)}, found ${show(found)}`);
      },
      deadlineMs,
    );
  }

  /** Waits until old processes have gone and one HAProxy is left. */
  untilOneHaproxy(): Promise<void> {
    return this.until("one HAProxy process", async () => {
      const running = await haproxyProcesses(this.directory.path);
      if (running.length === 1) return true;
      throw new Error(`running: ${JSON.stringify(running)}`);
    });
  }

  async #close(): Promise<void> {
    try {
      await this.#runner?.stop();
    } finally {
      await killHaproxies(this.directory.path);
      await this.directory.remove();
    }
  }
}

function show(addresses: readonly string[] | undefined): string {
  if (addresses === undefined) return "no such backend";
  return addresses.length > 12 ? `${addresses.length} servers` : JSON.stringify(addresses);
}
