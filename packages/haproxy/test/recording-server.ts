import { createServer, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { freePort } from "@lighthouse-sd/test-servers";

/** A web server that keeps in mind what it was asked, and answers when it is told to. */
export interface RecordingServer {
  readonly name: string;
  readonly port: number;
  /** In the order they came: a health check that was answered with 200, or a request. */
  readonly seen: readonly ("passed check" | "request")[];
  /** Requests so far, those for `/slow` included. */
  readonly requests: number;
  /** False: health checks are answered with 503. */
  healthy: boolean;
  /** Requests for `/slow` that wait for their answer. */
  readonly waiting: number;
  /** Answers them. */
  release(): void;
  stop(): Promise<void>;
}

/** Starts one; its health check is OPTIONS. */
export async function recordingServer(name: string): Promise<RecordingServer> {
  const port = await freePort();
  const seen: ("passed check" | "request")[] = [];
  const held = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  const state = { name, port, seen, healthy: true };
  const server = createServer((request, response) => {
    if (request.method === "OPTIONS") {
      if (state.healthy) seen.push("passed check");
      response.writeHead(state.healthy ? 200 : 503).end();
      return;
    }
    seen.push("request");
    if (request.url !== "/slow") {
      response.end(name);
      return;
    }
    held.add(response);
    response.once("close", () => held.delete(response));
  });
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const recording = {
    release: (): void => {
      // HAProxy keeps idle connections to a server for seconds, and deletes it only when it has none.
      for (const response of held) response.setHeader("connection", "close").end(name);
    },
    stop: async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return Object.defineProperties(Object.assign(state, recording), {
    requests: { get: () => seen.filter((entry) => entry === "request").length },
    waiting: { get: () => held.size },
  }) as unknown as RecordingServer;
}
