import type { EventsQuery } from "../journal/events-query.js";

/** What is answered to one request. */
export interface Answer {
  readonly status: number;
  /** Its content type. */
  readonly type: string;
  readonly body: string;
  /** In place of those that every answer has, where they have the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Events follow the body, as they come. */
  readonly follow?: EventsQuery;
}

/** An answer for people. */
export function text(status: number, body: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body };
}

/** An answer for programs. */
export function json(status: number, value: unknown): Answer {
  return { status, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}
