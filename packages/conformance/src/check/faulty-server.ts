import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { CheckTarget } from "@lighthouse-sd/core";
import { Patience } from "../plugin/patience.js";

const TRICKLE_MS = 20;
const CHUNK = Buffer.alloc(65_536, "x");

/** A way to misbehave: goes on after "a target that". */
export type Fault =
  | "says nothing"
  | "closes at once"
  | "closes when it is spoken to"
  | "resets when it is spoken to"
  | "closes in the middle of its answer"
  | "says something else and stays"
  | "answers a byte at a time, for ever"
  | "answers without an end";

/** What a server does with a connection that it has accepted. */
const FAULTS: Readonly<Record<Fault, (socket: Socket) => unknown>> = {
  "says nothing": () => undefined,
  "closes at once": (socket: Socket) => socket.end(),
  "closes when it is spoken to": (socket: Socket) => socket.once("data", () => socket.end()),
  "resets when it is spoken to": (socket: Socket) => socket.once("data", () => socket.resetAndDestroy()),
  "closes in the middle of its answer": (socket: Socket) => socket.once("data", () => socket.end("x")),
  "says something else and stays": (socket: Socket) => socket.write("\u0000\ufffd what?\r\n\r\n"),
  "answers a byte at a time, for ever": (socket: Socket) => trickle(socket),
  "answers without an end": (socket: Socket) => flood(socket),
};

/** A server on a free port of 127.0.0.1 that misbehaves with every connection. */
export class FaultyServer {
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(fault: Fault) {
    this.#server = createServer((socket) => {
      this.#open.add(socket);
      socket.on("error", () => undefined).once("close", () => this.#open.delete(socket));
      FAULTS[fault](socket);
      socket.resume();
    });
  }

  static async start(fault: Fault): Promise<FaultyServer> {
    const server = new FaultyServer(fault);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get target(): CheckTarget {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  /** Waits until all connections are closed. False: not within `limitMs`. */
  async isLeft(limitMs: number): Promise<boolean> {
    const patience = new Patience(limitMs);
    while (this.#open.size > 0 && !patience.isOver()) await sleep(5);
    return this.#open.size === 0;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function trickle(socket: Socket): void {
  const timer = setInterval(() => socket.write("x"), TRICKLE_MS);
  socket.once("close", () => clearInterval(timer));
}

function flood(socket: Socket): void {
  const pour = (): void => {
    while (!socket.destroyed && socket.write(CHUNK));
  };
  socket.on("drain", pour);
  pour();
}
