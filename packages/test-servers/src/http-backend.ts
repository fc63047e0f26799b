import { createServer, type ServerResponse } from "node:http";
import { freePort } from "./free-port.js";

/** How a backend treats requests: answers with its name; answers 500; never answers; closes the connection. */
export type BackendMode = "answer" | "fail" | "hang" | "close";

/** A web server of this process, on loopback. */
export interface HttpBackend {
  readonly name: string;
  readonly port: number;
  /** Requests that have arrived, whatever was done with them. */
  readonly requests: number;
  mode: BackendMode;
  /** Closes the connections that carry no request now, without a word. */
  closeIdleConnections(): void;
  /** Stops listening and cuts every connection. Safe twice. */
  stop(): Promise<void>;
}

/** Starts one that answers every request with its name. Without `port` a free one is taken. */
export async function httpServer(options: { readonly name: string; readonly port?: number }): Promise<HttpBackend> {
  const port = options.port ?? (await freePort());
  const state = { name: options.name, port, requests: 0, mode: "answer" as BackendMode };
  const server = createServer((_request, response) => {
    state.requests += 1;
    respond(state.mode, state.name, response);
  });
  // A proxy keeps connections to its servers; one that a server closes while idle would be a failure of the test's own.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return Object.assign(state, {
    closeIdleConnections: () => server.closeIdleConnections(),
    stop: async () => {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  });
}

function respond(mode: BackendMode, name: string, response: ServerResponse): void {
  if (mode === "close") response.destroy();
  if (mode === "fail") response.writeHead(500).end(`${name} fails`);
  if (mode === "answer") response.writeHead(200, { "content-type": "text/plain" }).end(name);
}
