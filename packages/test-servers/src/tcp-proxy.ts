import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free-port.js";

/** Which way bytes flow. */
export type ProxyDirection = "to-server" | "to-client";

/** What stands between a client and its server. */
export interface TcpProxyOptions {
  readonly targetPort: number;
  /** Default 127.0.0.1. */
  readonly targetHost?: string;
  /** The port to listen on, on loopback; default: a free one. */
  readonly port?: number;
  /** Sees every piece that passes, as it was received: for counting what a protocol asks. */
  readonly onBytes?: (direction: ProxyDirection, bytes: Buffer) => void;
}

/** A network between a client and a server that a test can break and mend. */
export interface TcpProxy {
  readonly port: number;
  /** Client connections that are open now. */
  readonly open: number;
  /** Client connections since it was started. */
  readonly accepted: number;
  /** Bytes that have passed since it was started. */
  readonly bytes: Readonly<Record<ProxyDirection, number>>;
  /** Resets every connection; new ones are refused until `restore`. */
  cut(): void;
  /** Resets every connection; new ones pass. */
  drop(): void;
  /** A silent partition: nothing passes any more (or nothing in one direction), not even the end of a connection. New
   * connections are accepted, and carry nothing, until `restore`. */
  hang(direction?: ProxyDirection): void;
  /** Everything passes again; what was held up by `hang` comes late, as after a partition. */
  restore(): Promise<void>;
  /** Resets every connection and ends. Safe twice. */
  stop(): Promise<void>;
}

/** Starts one on loopback. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const proxy = new RunningProxy(options, options.port ?? (await freePort()));
  await proxy.restore();
  return proxy;
}

const DIRECTIONS: readonly ProxyDirection[] = ["to-server", "to-client"];

class RunningProxy implements TcpProxy {
  readonly port: number;
  readonly bytes: Record<ProxyDirection, number> = { "to-server": 0, "to-client": 0 };
  readonly #options: TcpProxyOptions;
  readonly #links = new Set<Link>();
  #held: ReadonlySet<ProxyDirection> = new Set();
  #server: Server | undefined;
  #accepted = 0;

  constructor(options: TcpProxyOptions, port: number) {
    this.#options = options;
    this.port = port;
  }

  get open(): number {
    return this.#links.size;
  }

  get accepted(): number {
    return this.#accepted;
  }

  cut(): void {
    this.#server?.close();
    this.#server = undefined;
    this.drop();
  }

  drop(): void {
    for (const link of [...this.#links]) link.reset();
  }

  hang(direction?: ProxyDirection): void {
    this.#hold(new Set(direction === undefined ? DIRECTIONS : [direction]));
  }

  async restore(): Promise<void> {
    this.#hold(new Set());
    if (this.#server !== undefined) return;
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => this.#accept(client));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.port, "127.0.0.1", resolve);
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    const closed = server && new Promise((resolve) => server.once("close", resolve));
    this.cut();
    await closed;
  }

  #hold(directions: ReadonlySet<ProxyDirection>): void {
    this.#held = directions;
    for (const link of [...this.#links]) link.hold(directions);
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    const { targetHost = "127.0.0.1", targetPort } = this.#options;
    const server = connect({ host: targetHost, port: targetPort, allowHalfOpen: true });
    const link = new Link(client, server, (direction, bytes) => {
      this.bytes[direction] += bytes.length;
      this.#options.onBytes?.(direction, bytes);
    });
    this.#links.add(link);
    link.onEnd = () => this.#links.delete(link);
    link.hold(this.#held);
  }
}

/** A client's connection and the one made for it. */
class Link {
  onEnd: () => void = () => {};
  readonly #sources: Readonly<Record<ProxyDirection, Socket>>;
  readonly #targets: Readonly<Record<ProxyDirection, Socket>>;
  #held: ReadonlySet<ProxyDirection> = new Set(DIRECTIONS);

  constructor(client: Socket, server: Socket, onBytes: (direction: ProxyDirection, bytes: Buffer) => void) {
    this.#sources = { "to-server": client, "to-client": server };
    this.#targets = { "to-server": server, "to-client": client };
    for (const direction of DIRECTIONS) {
      const source = this.#sources[direction];
      source.setNoDelay(true);
      source.on("data", (bytes: Buffer) => onBytes(direction, bytes));
      source.pause();
      source.on("error", () => {});
      source.on("close", () => this.#closed(direction));
    }
  }

  hold(directions: ReadonlySet<ProxyDirection>): void {
    for (const direction of DIRECTIONS) {
      const [source, target] = [this.#sources[direction], this.#targets[direction]];
      if (directions.has(direction)) source.unpipe(target).pause();
      else if (this.#held.has(direction)) source.pipe(target);
    }
    this.#held = directions;
    for (const direction of DIRECTIONS) if (this.#sources[direction].closed) this.#closed(direction);
  }

  reset(): void {
    for (const direction of DIRECTIONS) this.#sources[direction].resetAndDestroy();
    this.onEnd();
  }

  /** A connection that broke breaks the other, unless the word of it cannot pass. One that came to its end has ended
   * the other through the pipe, behind what was still to be written. */
  #closed(direction: ProxyDirection): void {
    if (this.#held.has(direction)) return;
    const [source, target] = [this.#sources[direction], this.#targets[direction]];
    const broke = source.errored !== null || !source.readableEnded;
    if (broke && !target.destroyed) target.resetAndDestroy();
    if (source.destroyed && target.destroyed) this.onEnd();
  }
}
