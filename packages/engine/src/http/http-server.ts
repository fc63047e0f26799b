import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../clock.js";
import { errorText } from "../error-text.js";
import type { EventsQuery } from "../journal/events-query.js";
import { type Answer, type AnswerSource, type Asked, answerRequest } from "./answer-request.js";
import { EventFollower } from "./event-follower.js";
import { isKnownHost } from "./host-names.js";

/** Limits on what a client may send or keep open. */
const LIMITS = { headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 5000, maxHeaderSize: 8192 } as const;
const MOST_CONNECTIONS = 64;
/** Of them, at one time, those that events are sent to for as long as they like. */
const MOST_FOLLOWERS = 16;

/** A server of the runner's state that listens. */
export interface HttpServer {
  /** The port it has; 0 on a unix socket. */
  readonly port: number;
  /** How many clients events are sent to now. */
  followers(): number;
  /** Stops listening and cuts what is open. */
  close(): Promise<void>;
}

/** Where a server listens: an address, or a unix socket's path. */
export type ListenPlace = { readonly host: string; readonly port: number } | { readonly path: string };

/** Answers requests about the runner at `place`. Rejects where it cannot listen there. */
export function serveState(place: ListenPlace, source: AnswerSource, clock: Clock): Promise<HttpServer> {
  const followers = new Set<ServerResponse>();
  const follow = (response: ServerResponse, query: EventsQuery): void => {
    if (followers.size >= MOST_FOLLOWERS) {
      tooManyFollowers(response);
      return;
    }
    followers.add(response);
    response.once("close", () => followers.delete(response));
    response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
    new EventFollower(response, source.journal, clock, query);
  };
  const server = createServer({ ...LIMITS }, (request, response) => {
    void answer(request, response, place, source, follow);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on("clientError", (_error, socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(place, () => {
      server.off("error", reject);
      // Of a listening server these are about single connections that could not be taken.
      server.on("error", () => undefined);
      const { port = 0 } = server.address() as AddressInfo;
      resolve({ port, followers: () => followers.size, close: () => close(server) });
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  place: ListenPlace,
  source: AnswerSource,
  follow: (response: ServerResponse, query: EventsQuery) => void,
): Promise<void> {
  const { method = "", url = "" } = request;
  const overSocket = "path" in place;
  const knownHost = isKnownHost(request.headers.host, overSocket ? undefined : place.host);
  const asked = {
    method,
    url,
    knownHost,
    overSocket,
    accept: request.headers.accept,
    lastEventId: lastEventId(request),
  };
  const { status, type, body, headers, follow: query } = await answerSafely(asked, source);
  if (response.destroyed) return;
  if (query !== undefined) return follow(response, query);
  response.writeHead(status, {
    ...headers,
    ...HEADERS,
    "content-type": type,
    "content-length": Buffer.byteLength(body),
  });
  response.end(method === "HEAD" ? undefined : body);
  // A body is never read: whoever sends one is cut off after the answer.
  if (request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined) {
    response.once("finish", () => request.destroy());
  }
}

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;

function lastEventId({ headers }: IncomingMessage): string | undefined {
  const id = headers["last-event-id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

function tooManyFollowers(response: ServerResponse): void {
  response.writeHead(503, { ...HEADERS, "content-type": "application/json; charset=utf-8", "retry-after": "30" });
  response.end(`${JSON.stringify({ error: `${MOST_FOLLOWERS} follow the events already; try again later` })}\n`);
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
