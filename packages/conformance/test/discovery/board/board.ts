import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** How long the board keeps a note whose writer is gone, in milliseconds. */
export const LEASE_MS = 1_500;

interface Note {
  readonly text: string;
  /** Whose it is; undefined: nobody's, it stays. */
  readonly owner: Socket | undefined;
}

/** What a client asks for, in a line of JSON. */
export type Request =
  | { readonly op: "watch"; readonly cluster: string }
  | { readonly op: "put"; readonly cluster: string; readonly name: string; readonly text: string }
  | { readonly op: "remove"; readonly cluster: string; readonly name: string };

/** What the board says, in a line of JSON. */
export type Reply =
  | { readonly notes: readonly (readonly [name: string, text: string])[] }
  | { readonly done: true }
  | { readonly gone: true };

/** A small registry: a board with notes by cluster and name, on a port of 127.0.0.1. */
export class Board {
  readonly #clusters = new Map<string, Map<string, Note>>();
  readonly #watching = new Map<Socket, string>();
  readonly #open = new Set<Socket>();
  readonly #leases = new Set<NodeJS.Timeout>();
  #server: Server | undefined;
  #port = 0;

  get port(): number {
    return this.#port;
  }

  /** Answers from now on, on the same port as before. */
  async open(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    while (!(await this.#listens(server))) await sleep(20);
    this.#port = (server.address() as AddressInfo).port;
  }

  /** False: somebody else's connection has been given the port since the board was closed, for as long as it lasts. */
  async #listens(server: Server): Promise<boolean> {
    try {
      server.listen(this.#port, "127.0.0.1");
      await once(server, "listening");
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      return false;
    }
  }

  /** Ends every connection and refuses new ones; the notes stay. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    for (const socket of this.#open) socket.destroy();
    await once(server, "close");
  }

  /** Closes it for good. */
  async dispose(): Promise<void> {
    await this.close();
    for (const lease of this.#leases) clearTimeout(lease);
  }

  put(cluster: string, name: string, text: string, owner?: Socket): void {
    const notes = this.#clusters.get(cluster) ?? new Map<string, Note>();
    this.#clusters.set(cluster, notes.set(name, { text, owner }));
    this.#tell(cluster);
  }

  remove(cluster: string, name: string): void {
    const notes = this.#clusters.get(cluster);
    const owner = notes?.get(name)?.owner;
    if (notes?.delete(name) !== true) return;
    if (owner !== undefined) say(owner, { gone: true });
    this.#tell(cluster);
  }

  #serve(socket: Socket): void {
    this.#open.add(socket);
    socket.on("error", () => undefined).once("close", () => this.#left(socket));
    createInterface({ input: socket })
      .on("error", () => undefined)
      .on("line", (line) => this.#answer(socket, JSON.parse(line) as Request));
  }

  #answer(socket: Socket, request: Request): void {
    const { cluster } = request;
    if (request.op === "watch") this.#watching.set(socket, cluster);
    else if (request.op === "put") this.put(cluster, request.name, request.text, socket);
    else this.#withdraw(socket, cluster, request.name);
    say(socket, request.op === "watch" ? { notes: this.#notes(cluster) } : { done: true });
  }

  #withdraw(socket: Socket, cluster: string, name: string): void {
    if (this.#clusters.get(cluster)?.get(name)?.owner === socket) this.#take(cluster, name);
  }

  #left(socket: Socket): void {
    this.#open.delete(socket);
    this.#watching.delete(socket);
    const lease = setTimeout(() => {
      this.#leases.delete(lease);
      for (const [cluster, notes] of this.#clusters) {
        for (const [name, { owner }] of notes) if (owner === socket) this.#take(cluster, name);
      }
    }, LEASE_MS);
    this.#leases.add(lease);
  }

  #take(cluster: string, name: string): void {
    this.#clusters.get(cluster)?.delete(name);
    this.#tell(cluster);
  }

  #tell(cluster: string): void {
    for (const [socket, watched] of this.#watching) {
      if (watched === cluster) say(socket, { notes: this.#notes(cluster) });
    }
  }

  #notes(cluster: string): readonly (readonly [string, string])[] {
    return [...(this.#clusters.get(cluster) ?? [])].map(([name, { text }]) => [name, text]);
  }
}

function say(socket: Socket, reply: Reply): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
}
