import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A web server that gives lists of nodes: what the discovery asks, with the faults that such a server can have. */
export class NodeLists {
  readonly #clusters = new Map<string, Map<string, unknown>>();
  readonly #server: Server = createServer((request, response) => this.#answer(request.url ?? "/", response));
  #fault: string | undefined;

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/lists`;
  }

  put(cluster: string, name: string, value: unknown): void {
    this.establish(cluster).set(name, value);
  }

  remove(cluster: string, name: string): void {
    this.establish(cluster).delete(name);
  }

  establish(cluster: string): Map<string, unknown> {
    const nodes = this.#clusters.get(cluster) ?? new Map<string, unknown>();
    this.#clusters.set(cluster, nodes);
    return nodes;
  }

  /** From now on every question meets this fault; undefined: none. */
  fail(fault: string | undefined): void {
    this.#fault = fault;
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #answer(path: string, response: ServerResponse): void {
    if (this.#fault === "hangs") return;
    if (this.#fault === "closes the connection") return void response.destroy();
    if (this.#fault === "answers with an error") return void response.writeHead(503).end();
    const nodes = this.#clusters.get(decodeURIComponent(path.slice("/lists/".length)));
    const text = JSON.stringify(Object.fromEntries(nodes ?? []));
    if (this.#fault === "breaks off in the middle") {
      response.writeHead(200, { "content-length": text.length });
      return void response.write(text.slice(0, text.length / 2), () => response.destroy());
    }
    response.writeHead(nodes === undefined ? 404 : 200).end(text);
  }
}
