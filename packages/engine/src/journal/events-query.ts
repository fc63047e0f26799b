import { EVENT_KINDS, type RunnerEvent } from "./runner-event.js";

/** Which events are asked for. */
export interface EventsQuery {
  /** Those that come after the one with this number; undefined: the newest ones. */
  readonly after: number | undefined;
  /** At most this many. */
  readonly limit: number;
  readonly matches: (event: RunnerEvent) => boolean;
}

const DEFAULT_LIMIT = 1000;
const LARGEST_LIMIT = 10_000;
const SUBJECTS = ["cluster", "balancer", "service"] as const;
const KNOWN: readonly string[] = ["after", "limit", "kind", ...SUBJECTS];

/** Reads the query of a request for events (`after=12&kind=reload,guard&cluster=web`), or says what is wrong with it.
 * `after` is a number, or as a follower has it from an event stream (`<journal>-<number>`): of another process's journal
 * it stands for the beginning. */
export function readEventsQuery(
  url: string,
  lastEventId: string | undefined,
  journal: number,
): EventsQuery | { readonly wrong: string } {
  const given = new URLSearchParams(url.split("?").slice(1).join("?"));
  for (const key of given.keys()) {
    if (!KNOWN.includes(key)) return { wrong: `unknown ${JSON.stringify(key)}; there are: ${KNOWN.join(", ")}` };
  }
  const after = readAfter(lastEventId ?? given.get("after") ?? undefined, journal);
  if (typeof after === "object") return after;
  const limit = Number(given.get("limit") ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
    return { wrong: `limit must be from 1 to ${LARGEST_LIMIT}, got ${JSON.stringify(given.get("limit"))}` };
  }
  const kinds = given.getAll("kind").flatMap((text) => text.split(","));
  const unknown = kinds.find((kind) => !EVENT_KINDS.some((known) => known === kind));
  if (unknown !== undefined) {
    return { wrong: `there is no kind ${JSON.stringify(unknown)}; there are: ${EVENT_KINDS.join(", ")}` };
  }
  const subjects = SUBJECTS.flatMap((key) => (given.has(key) ? [[key, given.get(key)] as const] : []));
  const matches = (event: RunnerEvent): boolean =>
    (kinds.length === 0 || kinds.includes(event.kind)) && subjects.every(([key, name]) => event[key] === name);
  return { after, limit, matches };
}

function readAfter(text: string | undefined, journal: number): number | undefined | { readonly wrong: string } {
  if (text === undefined) return undefined;
  const match = /^(?:(\d{1,16})-)?(\d{1,15})$/.exec(text);
  if (match === null)
    return { wrong: `after must be the number of an event, got ${JSON.stringify(text.slice(0, 50))}` };
  return match[1] === undefined || match[1] === String(journal) ? Number(match[2]) : 0;
}
