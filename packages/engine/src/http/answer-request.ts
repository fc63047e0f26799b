import type { MetricsPage } from "../metrics/runner-metrics.js";
import { readinessText } from "./readiness.js";
import { type RunnerState, statusOf } from "./status.js";

/** What is answered to one request. */
export interface Answer {
  readonly status: number;
  /** Its content type. */
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as far as answers depend on it. */
export interface Asked {
  readonly method: string;
  /** As in the request line: with a query. */
  readonly url: string;
  /** Its Host header names us. */
  readonly knownHost: boolean;
}

/** What answers are made of; asked only where an answer needs it. */
export interface AnswerSource {
  readonly state: () => RunnerState;
  readonly metrics: () => Promise<MetricsPage>;
}

type Page = (source: AnswerSource) => Answer | Promise<Answer>;

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ["/healthz", () => text(200, "ok\n")],
  ["/readyz", ({ state }) => readiness(state())],
  ["/metrics", async ({ metrics }) => ({ status: 200, ...(await metrics()) })],
  ["/api/v1/status", ({ state }) => json(200, statusOf(state()))],
]);

/** Answers a request from what there is. */
export async function answerRequest({ method, url, knownHost }: Asked, source: AnswerSource): Promise<Answer> {
  if (!knownHost) return text(421, "This Host name is not answered here; ask for localhost or 127.0.0.1.\n");
  const page = PAGES.get(url.split("?")[0] ?? "");
  if (page === undefined) return text(404, `Not found. There are: ${[...PAGES.keys()].join(" ")}\n`);
  if (method !== "GET" && method !== "HEAD") {
    return { ...text(405, "Only GET is answered here.\n"), headers: { allow: "GET, HEAD" } };
  }
  return await page(source);
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
