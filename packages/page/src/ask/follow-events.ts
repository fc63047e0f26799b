import type { RunnerEvent } from "../wire/runner-event.js";
import { headersOf } from "./ask-runner.js";
import { FrameReader } from "./read-frames.js";
import { keptToken } from "./token.js";

/** What follows the events of a runner. */
export interface EventFollower {
  /** The stream has begun. */
  onOpen(): void;
  /** Events that have come, the oldest first. `key` is unique over restarts of the runner. */
  onEvents(events: readonly { readonly key: string; readonly event: RunnerEvent }[]): void;
  /** So many were forgotten before we read them. */
  onMissed(count: number): void;
}

/** Why a stream has ended. */
export type StreamEnd = "over" | "token" | "busy" | "unreachable";

/** The runner gives a sign of life every 15 s; a stream without any for this long is dead, in milliseconds. */
const SILENCE_MS = 45_000;
/** How many of the events before it the first stream begins with. */
const BEGIN_WITH = 200;

/** Follows the events from the one after `last` (an id; undefined: the newest few) until the stream ends. Never rejects.
 * EventSource could not show a token. */
export async function followEvents(last: string | undefined, follower: EventFollower): Promise<StreamEnd> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  alive();
  try {
    const response = await fetch(`/api/v1/events?limit=${BEGIN_WITH}`, {
      headers: {
        ...headersOf("GET", keptToken()),
        accept: "text/event-stream",
        ...(last !== undefined && { "last-event-id": last }),
      },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: silence.signal,
    });
    if (response.status === 401) return "token";
    if (response.status === 503) return "busy";
    if (!response.ok || response.body === null) return "unreachable";
    follower.onOpen();
    await readStream(response.body, follower, alive);
    return "over";
  } catch {
    return "unreachable";
  } finally {
    clearTimeout(timer);
  }
}

async function readStream(body: ReadableStream<Uint8Array>, follower: EventFollower, alive: () => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const frames = new FrameReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    const events: { key: string; event: RunnerEvent }[] = [];
    for (const { event, data, id } of frames.read(decoder.decode(value, { stream: true }))) {
      if (event === "missed") follower.onMissed((JSON.parse(data) as { readonly count: number }).count);
      else events.push({ key: id ?? data, event: JSON.parse(data) as RunnerEvent });
    }
    if (events.length > 0) follower.onEvents(events);
  }
}
