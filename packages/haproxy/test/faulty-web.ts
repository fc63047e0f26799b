import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { Change, Cluster, Node } from "@lighthouse-sd/core";
import { haproxyCommand } from "@lighthouse-sd/test-servers";
import type { HAProxyBlock } from "../src/config/haproxy-config.js";
import { membersOf } from "../src/render/members.js";
import { ownServers } from "../src/render/own-servers.js";
import { initialService, serverTemplate } from "../src/render/render-server.js";
import { parseServers, type RunningServer } from "../src/runtime/parse-show.js";
import { cluster, DEFAULTS, freePort, HANG_MS, type Live, live } from "./live-haproxy.js";
import { type SocketInTheMiddle, socketInTheMiddle } from "./socket-in-the-middle.js";

/** What syncs told of until nothing was left to be done. */
export interface Settled {
  readonly changes: readonly Change[];
  /** Messages of problems and of syncs that rejected. */
  readonly said: readonly string[];
}

/** A server as it counts: where it is, how much it gets, and whether it is in rotation. */
export type ServerLine = `${string} id ${number} ${string}:${number} weight ${number} ${"ready" | "maint" | "drain"}`;

const DEADLINE_MS = 30_000;
/** What the engine waits at first after a sync that failed. */
const RETRY_MS = 50;
const RESYNC_MS = 200;

/** A cluster `web` on a HAProxy of its own, whose admin socket can be made to fail. */
export class FaultyWeb {
  readonly live: Live;
  readonly port: number;
  readonly block: Partial<HAProxyBlock>;
  readonly #socket: string;
  #middle: SocketInTheMiddle | undefined;

  private constructor(harness: Live, block: Partial<HAProxyBlock>, port: number) {
    this.live = harness;
    this.block = block;
    this.port = port;
    this.#socket = join(harness.directory, "haproxy.sock");
  }

  /** Serves `nodes`; what others change is looked for often. `hangs`: HAProxy will leave a command without an answer, and
   * is not waited for as long as in life. */
  static async serving(
    nodes: readonly Node[],
    {
      config = {},
      block = {},
      hangs = false,
    }: { config?: Record<string, unknown>; block?: Partial<HAProxyBlock>; hangs?: boolean } = {},
  ): Promise<FaultyWeb> {
    const harness = await live({ resync: `${RESYNC_MS}ms`, ...config }, 0, hangs ? HANG_MS : undefined);
    const web = new FaultyWeb(harness, block, await freePort());
    await web.settle(nodes);
    return web;
  }

  /** From now on the balancer speaks to HAProxy through this, until a reload puts another socket in its place. */
  async interpose(): Promise<SocketInTheMiddle> {
    const own = join(this.live.directory, "own.sock");
    await rename(this.#socket, own);
    this.#middle = await socketInTheMiddle(this.#socket, own);
    return this.#middle;
  }

  cluster(nodes: readonly Node[], block: Partial<HAProxyBlock> = this.block): Cluster<HAProxyBlock> {
    return cluster("web", { port: this.port, ...block }, nodes);
  }

  /** Says something to HAProxy, as another tool would. */
  ask(command: string): Promise<string> {
    return haproxyCommand(this.#socket, command);
  }

  /** What runs, by name. */
  async runs(): Promise<readonly ServerLine[]> {
    const state = await this.ask("show servers state web");
    return (parseServers(state, "").get("web") ?? []).map(lineOf).sort();
  }

  /** What should run where these are the members. */
  intended(nodes: readonly Node[]): readonly ServerLine[] {
    const { backend = [], server_options: options = "" } = this.block;
    const template = serverTemplate(backend, DEFAULTS, options);
    return membersOf(nodes, ownServers(backend))
      .map((member): ServerLine => {
        const { name, id, node } = member;
        return `${name} id ${id} ${node.ip}:${node.port} weight ${initialService(member, template).weight} ready`;
      })
      .sort();
  }

  /** Syncs whenever it is asked for, as the engine does, until HAProxy has just what is wanted and the balancer says that
   * it has converged. */
  async settle(nodes: readonly Node[], wanted: readonly ServerLine[] = this.intended(nodes)): Promise<Settled> {
    const clusters = [this.cluster(nodes)];
    const changes: Change[] = [];
    const said: string[] = [];
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const result = await this.live.sync(clusters).catch((error: Error) => void said.push(error.message));
      changes.push(...(result?.changes ?? []));
      said.push(...(result?.problems ?? []).map(({ message }) => message));
      const runs = result?.converged === true ? await this.runs() : [];
      if (result?.converged === true && JSON.stringify(runs) === JSON.stringify(wanted)) return { changes, said };
      if (performance.now() > deadline) {
        throw new Error(
          `never as intended: ${JSON.stringify({ wanted, runs, said: [...new Set(said)], changes }, undefined, 1)}`,
        );
      }
      const waitMs = result?.syncAgainMs ?? RETRY_MS;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  async end(): Promise<void> {
    await this.live.end();
    await this.#middle?.close();
  }
}

function lineOf({ name, id, ip, port, weight, maintenance, drain }: RunningServer): ServerLine {
  return `${name} id ${id} ${ip}:${port} weight ${weight} ${maintenance ? "maint" : drain ? "drain" : "ready"}`;
}
