import { createServer, type Server } from "node:http";
import { freePort } from "@lighthouse-sd/test-servers";
import { HEALTH_PATH, HealthAnswers } from "./health-answers.js";

/** The path of a request whose answer begins and never ends. */
export const ENDLESS_PATH = "/endless";

/** The one web server behind all members: it listens on every loopback address and answers with the address it was
 * reached on, which is the member's. */
export class AnsweringServer {
  readonly port: number;
  /** Of the service whose check asks for HEALTH_PATH. */
  readonly health: HealthAnswers;
  readonly #server: Server;

  private constructor(port: number, server: Server, health: HealthAnswers) {
    this.port = port;
    this.health = health;
    this.#server = server;
  }

  static async start(): Promise<AnsweringServer> {
    const port = await freePort();
    const health = new HealthAnswers();
    const server = createServer((request, response) => {
      if (request.url === HEALTH_PATH) return health.answer(response);
      const address = request.socket.localAddress ?? "";
      if (request.url === ENDLESS_PATH) response.writeHead(200, { "content-type": "text/plain" }).write(`${address}\n`);
      else response.writeHead(200, { "content-type": "text/plain", "content-length": address.length }).end(address);
    });
    // HAProxy keeps connections; one that is closed while idle would be a failure of this server's own.
    server.keepAliveTimeout = 0;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "0.0.0.0", 1_024, resolve);
    });
    return new AnsweringServer(port, server, health);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
