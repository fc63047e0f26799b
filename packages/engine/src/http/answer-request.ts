import { PAGE_FILES } from "@lighthouse-sd/page";
import type { DrainReply, DrainRequest } from "../drains/decide-drain.js";
import type { ExplainReply } from "../explain/explain-request.js";
import type { ExplainRequest } from "../explain/explanation.js";
import type { ReleaseReply } from "../guard/decide-release.js";
import { readEventsQuery } from "../journal/events-query.js";
import type { Journal } from "../journal/journal.js";
import { eventsPage } from "../journal/render-events.js";
import type { MetricsPage } from "../metrics/runner-metrics.js";
import type { ServiceDrainReply, ServiceDrainRequest } from "../reporter/service-drains.js";
import { type Access, accessAnswer, mayRead, refusal } from "./access.js";
import { type Answer, json, text } from "./answer.js";
import { drainRoute } from "./drain-route.js";
import { explainRoute } from "./explain-route.js";
import { readinessText } from "./readiness.js";
import { releaseRoute } from "./release-route.js";
import { serviceDrainRoute } from "./service-drain-route.js";
import { type RunnerState, statusOf } from "./status.js";

/** A request as far as answers depend on it. */
export interface Asked extends Access {
  readonly method: string;
  /** As in the request line: with a query. */
  readonly url: string;
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

const EVENT_STREAM = "text/event-stream";

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ["/healthz", () => text(200, "ok\n")],
  ["/readyz", ({ state }, asked) => readiness(state(), asked)],
  ["/metrics", async ({ metrics }) => ({ status: 200, ...(await metrics()) })],
  ["/api/v1/access", (_, asked) => accessAnswer(asked)],
  ["/api/v1/status", ({ state }) => json(200, statusOf(state()))],
  ["/api/v1/events", ({ journal }, asked) => eventsAnswer(journal, asked)],
]);

/** Pages that say nothing that others must not know. A browser has no token to show when it opens the page for people. */
const OPEN: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/api/v1/access", ...PAGE_FILES.keys()]);

/** Answers a request from what there is. */
export async function answerRequest(asked: Asked, source: AnswerSource): Promise<Answer> {
  const { method, url } = asked;
  const path = url.split("?")[0] ?? "";
  const change = changeRoute(method, path);
  if (change !== undefined) {
    // Whose request it is comes first: nothing is told to others, not even what there is.
    const refused = refusal(asked, change.act === undefined ? "open" : "change");
    if (refused !== undefined) return refused;
    return (await change.act?.(source)) ?? notAllowed(change.allow);
  }
  const refused = refusal(asked, OPEN.has(path) ? "open" : "read");
  if (refused !== undefined) return refused;
  const page = pageOf(path);
  if (page === undefined) return text(404, `Not found. There are: / ${[...PAGES.keys()].join(" ")}\n`);
  if (method !== "GET" && method !== "HEAD") return notAllowed("GET, HEAD");
  return await page(source, asked);
}

function pageOf(path: string): Page | undefined {
  const file = PAGE_FILES.get(path);
  if (file !== undefined) return () => ({ status: 200, ...file });
  const explained = explainRoute(path);
  return explained === undefined ? PAGES.get(path) : explainPage(explained);
}

interface ChangeRoute {
  readonly allow: string;
  /** Undefined: the method is another one. */
  readonly act: ((source: AnswerSource) => Answer | Promise<Answer>) | undefined;
}

/** Reads a request that is to change something; undefined: it is about something else. */
function changeRoute(method: string, path: string): ChangeRoute | undefined {
  const drain = drainRoute(method, path);
  if (drain !== undefined) {
    const { allow, request } = drain;
    return { allow, act: request && ((source) => drainAnswer(request, source)) };
  }
  const release = releaseRoute(method, path);
  if (release !== undefined) {
    const { allow, cluster } = release;
    return { allow, act: cluster === undefined ? undefined : (source) => releaseAnswer(cluster, source) };
  }
  const service = serviceDrainRoute(method, path);
  if (service === undefined) return undefined;
  const { allow, request } = service;
  return { allow, act: request && ((source) => serviceDrainAnswer(request, source)) };
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

function readiness(state: RunnerState, asked: Asked): Answer {
  const whole = readinessText(state);
  return text(state.ready ? 200 : 503, mayRead(asked) ? whole : whole.slice(0, whole.indexOf("\n") + 1));
}
