import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Change, Cluster, Context, Node, SyncResult } from "@lighthouse-sd/core";
import {
  freePort,
  type HttpBackend,
  haproxyBinary,
  haproxyInfo,
  haproxyProcesses,
  httpGet,
  httpServer,
  killHaproxies,
  type TempDirectory,
  tempDirectory,
} from "@lighthouse-sd/test-servers";
import type { HAProxyBlock } from "../src/config/haproxy-config.js";
import HAProxy from "../src/index.js";

/** A balancer with a directory, web servers and a real HAProxy of its own. */
export interface Live {
  readonly directory: string;
  readonly backends: readonly HttpBackend[];
  /** Reasons given to requestSync. */
  readonly requested: string[];
  readonly logged: string[];
  /** The plugin as it is now; `restart` makes another one, as a new runner would. */
  readonly balancer: HAProxy;
  sync(clusters: readonly Cluster<HAProxyBlock>[]): Promise<SyncResult>;
  configure(config: Record<string, unknown>): Promise<void>;
  restart(): Promise<void>;
  file(): Promise<string>;
  pid(): Promise<number>;
  processes(): Promise<readonly number[]>;
  end(): Promise<void>;
}

export const DEFAULTS: readonly string[] = [
  "mode http",
  "timeout connect 1s",
  "timeout client 5s",
  "timeout server 5s",
];

/** How long HAProxy may take for an answer in tests in which it gives none, in milliseconds. */
export const HANG_MS = 1000;

export async function live(config: Record<string, unknown> = {}, backends = 2, answerLimitMs?: number): Promise<Live> {
  const temp: TempDirectory = await tempDirectory();
  const servers = await Promise.all(
    Array.from({ length: backends }, (_, index) => httpServer({ name: `app${index + 1}` })),
  );
  const harness = new LiveHAProxy(temp, servers, answerLimitMs);
  await harness.configure(config);
  return harness;
}

class LiveHAProxy implements Live {
  readonly directory: string;
  readonly backends: readonly HttpBackend[];
  readonly requested: string[] = [];
  readonly logged: string[] = [];
  readonly #temp: TempDirectory;
  readonly #answerLimitMs: number | undefined;
  #config: Record<string, unknown> = {};
  balancer: HAProxy;

  constructor(temp: TempDirectory, backends: readonly HttpBackend[], answerLimitMs: number | undefined) {
    this.#temp = temp;
    this.#answerLimitMs = answerLimitMs;
    this.directory = temp.path;
    this.backends = backends;
    this.balancer = new HAProxy(this.#context(), answerLimitMs);
  }

  #context(): Context {
    const line = (message: string): void => void this.logged.push(message);
    return {
      name: "haproxy",
      directory: this.directory,
      peer: { name: "me", ip: "127.0.0.1", port: 1024 },
      log: { debug: line, info: line, warn: line, error: line },
      requestSync: (reason) => void this.requested.push(reason),
    };
  }

  async configure(config: Record<string, unknown>): Promise<void> {
    this.#config = config;
    await this.balancer.applyConfig(
      HAProxy.validateConfig({
        config_file: "haproxy.cfg",
        socket_file: "haproxy.sock",
        pid_file: "haproxy.pid",
        binary: haproxyBinary(),
        global: ["maxconn 500"],
        defaults: DEFAULTS,
        bind_address: "127.0.0.1",
        restart_interval: 0,
        ...config,
      }),
    );
  }

  async restart(): Promise<void> {
    await this.balancer.stop();
    this.balancer = new HAProxy(this.#context(), this.#answerLimitMs);
    await this.configure(this.#config);
  }

  async sync(clusters: readonly Cluster<HAProxyBlock>[]): Promise<SyncResult> {
    return await this.balancer.syncFile(clusters, { signal: AbortSignal.timeout(30_000) });
  }

  file(): Promise<string> {
    return readFile(join(this.directory, "haproxy.cfg"), "utf8");
  }

  async pid(): Promise<number> {
    return Number((await haproxyInfo(join(this.directory, "haproxy.sock")))["Pid"]);
  }

  async processes(): Promise<readonly number[]> {
    return (await haproxyProcesses(this.directory)).map((process) => process.pid);
  }

  async end(): Promise<void> {
    await this.balancer.stop();
    await killHaproxies(this.directory, "SIGKILL");
    await Promise.all(this.backends.map((backend) => backend.stop()));
    await this.#temp.remove();
  }
}

export function node(port: number, metadata: Node["metadata"] = {}): Node {
  return { name: `127.0.0.1:${port}`, host: "127.0.0.1", ip: "127.0.0.1", port, peer: null, metadata };
}

export function cluster(
  name: string,
  block: Partial<HAProxyBlock>,
  nodes: readonly Node[] | null,
  metaCluster: string | null = null,
): Cluster<HAProxyBlock> {
  const config = { binds: [], acl_priority: 0, frontend: [], backend: [], server_options: "", peers: false, ...block };
  return { name, metaCluster, config, nodes, live: true };
}

export async function body(port: number, path = "/"): Promise<string> {
  return (await httpGet({ port, path, timeoutMs: 5000 })).body;
}

export function reloads(result: SyncResult): readonly Change[] {
  return result.changes.filter((change) => change.kind === "reload");
}

export async function identity(path: string): Promise<string> {
  const { ino, mtimeNs } = await stat(path, { bigint: true });
  return `${ino} ${mtimeNs}`;
}

export { freePort };
