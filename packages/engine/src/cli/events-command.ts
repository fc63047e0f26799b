import type { EventsPage, ShownEvent } from "../journal/render-events.js";
import type { EventLevel } from "../journal/runner-event.js";
import { type PrettyStyle, prettyLine } from "../logging/pretty-line.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { findRunner, type RunnerChoice } from "./find-runner.js";
import { followEvents } from "./follow-events.js";
import { readFromRunner } from "./read-answer.js";

/** The options of `events` as they were typed. */
export interface TypedEventsOptions extends RunnerChoice {
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly limit?: string;
  readonly kind?: string;
  readonly cluster?: string;
  readonly balancer?: string;
  readonly service?: string;
}

/** What `events` is asked for. */
export interface EventsOptions {
  readonly typed: TypedEventsOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly style: PrettyStyle;
  /** Where events go, line ends included. */
  readonly out: (text: string) => void;
  /** Where it is told that a runner is gone. */
  readonly news: (text: string) => void;
  /** Ends a `--follow`. */
  readonly signal: AbortSignal;
}

const DEFAULT_LIMIT = "100";
const FILTERS = ["kind", "cluster", "balancer", "service"] as const;

/** Prints what has happened in a running one; with `--follow` also what happens from now on. Gives the exit code; rejects
 * where there is no runner, or with what it refuses. */
export async function runEvents({ typed, env, style, out, news, signal }: EventsOptions): Promise<number> {
  const path = `/api/v1/events?${queryOf(typed)}`;
  const print = (event: ShownEvent): void =>
    out(typed.json === true ? `${JSON.stringify(event)}\n` : lineOf(event, style));
  const duty = typed.service === undefined ? "writer" : "reporter";
  if (typed.follow !== true) {
    const { events } = await readFromRunner<EventsPage>(typed, env, path, duty);
    for (const event of events) print(event);
    return EXIT.done;
  }
  await followEvents(await findRunner(typed, env, duty), {
    path,
    signal,
    onNews: news,
    onMessage: ({ event, data }) => {
      if (event === "message") print(JSON.parse(data) as ShownEvent);
      else if (event === "missed") news((JSON.parse(data) as { readonly message: string }).message);
    },
  });
  return EXIT.done;
}

function queryOf(typed: TypedEventsOptions): string {
  const { limit = DEFAULT_LIMIT } = typed;
  if (!/^[1-9]\d{0,4}$/.test(limit)) throw new UsageError(`--limit must be a number from 1 to 10000, got "${limit}"`);
  const query = new URLSearchParams({ limit });
  for (const filter of FILTERS) {
    const value = typed[filter];
    if (value !== undefined) query.set(filter, value);
  }
  return query.toString();
}

const LEVELS: Readonly<Record<EventLevel, number>> = { info: 30, warn: 40, error: 50 };

function lineOf({ at, level, kind, message }: ShownEvent, style: PrettyStyle): string {
  return prettyLine(JSON.stringify({ level: LEVELS[level], time: Date.parse(at), part: kind, msg: message }), style);
}
