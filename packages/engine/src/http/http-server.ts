import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../clock.js";
import { errorText } from "../error-text.js";
import type { EventsQuery } from "../journal/events-query.js";
import { OWN_HEADER } from "./access.js";
import { type Answer, json } from "./answer.js";
import { type AnswerSource, type Asked, answerRequest } from "./answer-request.js";
import { limitConnections, refuseRubbish } from "./crowd-control.js";
import { EventFollower } from "./event-follower.js";
import { isKnownHost, isSameOrigin } from "./host-names.js";
import { isLoopback } from "./listen-address.js";
import type { TokenFile } from "./token-file.js";

/** Limits on what a client may send or keep open. */
const LIMITS = { headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 5000, maxHeaderSize: 8192 } as const;
/** Those that events are sent to for as long as they like, at one time. */
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
export type ListenPlace =
  | { readonly host: string; readonly port: number; readonly token?: TokenFile | undefined }
  | { readonly path: string };

/** Answers requests about the runner at `place`. Rejects where it cannot listen there. */
export function serveState(place: ListenPlace, source: AnswerSource, clock: Clock): Promise<HttpServer> {
  const followers = new Set<ServerResponse>();
  const follow = (response: ServerResponse, query: EventsQuery): void => {
    if (followers.size >= MOST_FOLLOWERS) {
      send(response, TOO_MANY, "GET");
      return;
    }
    followers.add(response);
    response.once("close", () => followers.delete(response));
    response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
    new EventFollower(response, source.journal, clock, query);
  };
  const server = createServer({ ...LIMITS }, (request, response) => {
    if (!isRefused(request.socket)) void answer(request, response, place, source, follow);
  });
  const isRefused = limitConnections(server);
  server.on("clientError", refuseRubbish);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const { token: _, ...where } = place as { readonly token?: TokenFile };
    server.listen(where, () => {
      server.off("error", reject);
      // Of a listening server these are about single connections that could not be taken.
      server.on("error", () => undefined);
      const { port = 0 } = server.address() as AddressInfo;
      resolve({ port, followers: () => followers.size, close: () => close(server) });
    });
  });
}

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;
const TOO_MANY: Answer = {
  ...json(503, { error: `${MOST_FOLLOWERS} follow the events already; try again later` }),
  headers: { "retry-after": "30" },
};
const NO_BODY = json(413, { error: "no request that is answered here has a body" });

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  place: ListenPlace,
  source: AnswerSource,
  follow: (response: ServerResponse, query: EventsQuery) => void,
): Promise<void> {
  const { method = "" } = request;
  // A body is never read: whoever sends one is cut off after the answer, and nothing is done.
  const hasBody = hasContent(request);
  const given = hasBody ? NO_BODY : await answerSafely(await askedBy(request, place), source);
  if (response.destroyed) return;
  if (given.follow !== undefined) return follow(response, given.follow);
  if (hasBody) response.setHeader("connection", "close");
  send(response, given, method);
  if (hasBody) response.once("finish", () => request.destroy());
}

function send(response: ServerResponse, { status, type, body, headers }: Answer, method: string): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...HEADERS, ...headers, "content-type": type, "content-length": length });
  response.end(method === "HEAD" ? undefined : body);
}

function hasContent({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || !/^0*$/.test(headers["content-length"] ?? "");
}

async function askedBy({ method = "", url = "", headers }: IncomingMessage, place: ListenPlace): Promise<Asked> {
  const overSocket = "path" in place;
  return {
    method,
    url,
    accept: headers.accept,
    lastEventId: lastEventId(headers["last-event-id"]),
    overSocket,
    knownHost: isKnownHost(headers.host, overSocket ? undefined : place.host),
    remote: !overSocket && !isLoopback(place.host),
    token: overSocket ? "unset" : ((await place.token?.judge(headers.authorization)) ?? "unset"),
    ownHeader: headers[OWN_HEADER] !== undefined,
    sameOrigin: isSameOrigin(headers.origin, headers.host),
  };
}

function lastEventId(id: string | readonly string[] | undefined): string | undefined {
  return typeof id === "string" && id !== "" ? id : undefined;
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
