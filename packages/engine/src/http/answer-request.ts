import type { DrainReply, DrainRequest } from "../drains/decide-drain.js";
import type { ExplainReply } from "../explain/explain-request.js";
import type { ExplainRequest } from "../explain/explanation.js";
import type { ReleaseReply } from "../guard/decide-release.js";
import { type EventsQuery, readEventsQuery } from "../journal/events-query.js";
import type { Journal } from "../journal/journal.js";
import { eventsPage } from "../journal/render-events.js";
import type { MetricsPage } from "../metrics/runner-metrics.js";
import type { ServiceDrainReply, ServiceDrainRequest } from "../reporter/service-drains.js";
import { drainRoute } from "./drain-route.js";
import { explainRoute } from "./explain-route.js";
import { readinessText } from "./readiness.js";
import { releaseRoute } from "./release-route.js";
import { serviceDrainRoute } from "./service-drain-route.js";
import { type RunnerState, statusOf } from "./status.js";

/** What is answered to one request. */
export interface Answer {
  readonly status: number;
  /** Its content type. */
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Events follow the body, as they come. */
  readonly follow?: EventsQuery;
}

/** A request as far as answers depend on it. */
export interface Asked {
  readonly method: string;
  /** As in the request line: with a query. */
  readonly url: string;
  /** Its Host header names us. */
  readonly knownHost: boolean;
  /** It came over the unix socket, which only the runner's user can open. */
  readonly overSocket: boolean;
  /** The Accept header. */
  readonly accept?: string | undefined;
  /** The Last-Event-ID header: where a follower goes on. */
  readonly lastEventId?: string | undefined;
}

/** What answers are made of; asked only where an answer needs it. */
export interface AnswerSource {
  readonly state: () => RunnerState;
  readonly journal: Journal;
  readonly metrics: () => Promise<MetricsPage>;
  readonly drain: (request: DrainRequest) => Promise<DrainReply>;
  readonly explain: (request: ExplainRequest) => Promise<ExplainReply>;
  readonly release: (cluster: string) => ReleaseReply;
  readonly drainService: (request: ServiceDrainRequest) => Promise<ServiceDrainReply>;
}

type Page = (source: AnswerSource, asked: Asked) => Answer | Promise<Answer>;

const NOT_HERE =
  "changes are taken over the unix socket in the runner's state directory only: use --state-dir in place of --url";

const EVENT_STREAM = "text/event-stream";

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ["/healthz", () => text(200, "ok\n")],
  ["/readyz", ({ state }) => readiness(state())],
  ["/metrics", async ({ metrics }) => ({ status: 200, ...(await metrics()) })],
  ["/api/v1/status", ({ state }) => json(200, statusOf(state()))],
  ["/api/v1/events", ({ journal }, asked) => eventsAnswer(journal, asked)],
]);

/** Answers a request from what there is. */
export async function answerRequest(asked: Asked, source: AnswerSource): Promise<Answer> {
  const { method, url, knownHost } = asked;
  if (!knownHost) return text(421, "This Host name is not answered here; ask for localhost or 127.0.0.1.\n");
  const path = url.split("?")[0] ?? "";
  const drain = drainRoute(method, path);
  if (drain !== undefined) {
    if (drain.request === undefined) return notAllowed(drain.allow);
    return asked.overSocket ? await drainAnswer(drain.request, source) : json(403, { error: NOT_HERE });
  }
  const release = releaseRoute(method, path);
  if (release !== undefined) {
    if (release.cluster === undefined) return notAllowed(release.allow);
    return asked.overSocket ? releaseAnswer(release.cluster, source) : json(403, { error: NOT_HERE });
  }
  const service = serviceDrainRoute(method, path);
  if (service !== undefined) {
    if (service.request === undefined) return notAllowed(service.allow);
    return asked.overSocket ? await serviceDrainAnswer(service.request, source) : json(403, { error: NOT_HERE });
  }
  const explained = explainRoute(path);
  const page = explained === undefined ? PAGES.get(path) : explainPage(explained);
  if (page === undefined) return text(404, `Not found. There are: ${[...PAGES.keys()].join(" ")}\n`);
  if (method !== "GET" && method !== "HEAD") return notAllowed("GET, HEAD");
  return await page(source, asked);
}

function explainPage(request: ExplainRequest): Page {
  return async ({ explain }) => {
    const reply = await explain(request);
    return "unknown" in reply ? json(404, { error: reply.unknown }) : json(200, reply.explanation);
  };
}

async function drainAnswer(request: DrainRequest, { drain }: AnswerSource): Promise<Answer> {
  const reply = await drain(request);
  if (!reply.done) return json(404, { error: reply.message });
  const { node, changed, message } = reply;
  return json(200, { cluster: request.cluster, node, drained: request.drained, changed, message });
}

function releaseAnswer(cluster: string, { release }: AnswerSource): Answer {
  const reply = release(cluster);
  if (!reply.done) return json(reply.isKnown ? 409 : 404, { error: reply.message });
  const { released, nodes, message } = reply;
  return json(200, { cluster, released, nodes, message });
}

async function serviceDrainAnswer(request: ServiceDrainRequest, source: AnswerSource): Promise<Answer> {
  const { done, changed, message } = await source.drainService(request);
  if (!done) return json(404, { error: message });
  return json(200, { service: request.service, drained: request.drained, changed, message });
}

function eventsAnswer(journal: Journal, { method, url, accept, lastEventId }: Asked): Answer {
  const query = readEventsQuery(url, lastEventId, journal.startedAt);
  if ("wrong" in query) return json(400, { error: query.wrong });
  const wantsStream = accept?.split(",").some((type) => type.split(";")[0]?.trim() === EVENT_STREAM) === true;
  if (!wantsStream || method !== "GET") return json(200, eventsPage(journal, query));
  return { status: 200, type: EVENT_STREAM, body: "", follow: query };
}

function notAllowed(allow: string): Answer {
  return { ...text(405, `Only ${allow} is answered here.\n`), headers: { allow } };
}

function readiness(state: RunnerState): Answer {
  return text(state.ready ? 200 : 503, readinessText(state));
}

function text(status: number, body: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body };
}

function json(status: number, value: unknown): Answer {
  return { status, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}
