import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorText } from "../error-text.js";
import { type Answer, type AnswerSource, type Asked, answerRequest } from "./answer-request.js";
import { isKnownHost } from "./host-names.js";

/** Limits on what a client may send or keep open. */
const LIMITS = { headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 5000, maxHeaderSize: 8192 } as const;
const MOST_CONNECTIONS = 64;

/** A server of the runner's state that listens. */
export interface HttpServer {
  /** The port it has; 0 on a unix socket. */
  readonly port: number;
  /** Stops listening and cuts what is open. */
  close(): Promise<void>;
}

/** Where a server listens: an address, or a unix socket's path. */
export type ListenPlace = { readonly host: string; readonly port: number } | { readonly path: string };

/** Answers requests about the runner at `place`. Rejects where it cannot listen there. */
export function serveState(place: ListenPlace, source: AnswerSource): Promise<HttpServer> {
  const server = createServer({ ...LIMITS }, (request, response) => {
    void answer(request, response, place, source);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on("clientError", (_error, socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(place, () => {
      server.off("error", reject);
      // Of a listening server these are about single connections that could not be taken.
      server.on("error", () => undefined);
      resolve({ port: (server.address() as AddressInfo).port ?? 0, close: () => close(server) });
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  place: ListenPlace,
  source: AnswerSource,
): Promise<void> {
  const { method = "", url = "" } = request;
  const overSocket = "path" in place;
  const knownHost = isKnownHost(request.headers.host, overSocket ? undefined : place.host);
  const { status, type, body, headers } = await answerSafely({ method, url, knownHost, overSocket }, source);
  if (response.destroyed) return;
  response.writeHead(status, {
    ...headers,
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(method === "HEAD" ? undefined : body);
  // A body is never read: whoever sends one is cut off after the answer.
  if (request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined) {
    response.once("finish", () => request.destroy());
  }
}

/** One answer that cannot be made must not end the process. */
async function answerSafely(asked: Asked, source: AnswerSource): Promise<Answer> {
  try {
    return await answerRequest(asked, source);
  } catch (error) {
    return { status: 500, type: "text/plain; charset=utf-8", body: `${errorText(error)}\n` };
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
