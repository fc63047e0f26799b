import { type BackOff, backOffMs, pause } from "@lighthouse-sd/plugin-kit";
import { errorText } from "../error-text.js";
import { openAnswer, type RunnerAddress, wholeBody } from "./ask-runner.js";
import { type StreamMessage, streamMessages } from "./event-stream.js";
import { refusalOf } from "./read-answer.js";

/** How events are followed. */
export interface FollowOptions {
  /** With its query. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly onMessage: (message: StreamMessage) => void;
  /** The runner is gone, or there again: a sentence for people. */
  readonly onNews: (text: string) => void;
}

const BACK_OFF: BackOff = { firstMs: 200, capMs: 5000 };

/** Follows the events of the runner at `address` until `signal` aborts: where it goes away it is waited for, and nothing
 * that its journal still knows is missed or told twice. Rejects where it does not answer at first, or refuses. */
export async function followEvents(address: RunnerAddress, options: FollowOptions): Promise<void> {
  const { signal, onNews } = options;
  const follower = new Follower(address, options);
  let failures = 0;
  for (let first = true; !signal.aborted; first = false) {
    const ended = await follower.once().catch((error: unknown) => {
      if (first || error instanceof RefusedError) throw error;
      return errorText(error);
    });
    if (signal.aborted) return;
    if (typeof ended === "string") failures++;
    else failures = 1;
    if (failures === 1) onNews("the runner is gone; waiting for it to come back");
    await pause(backOffMs(failures, Math.random(), BACK_OFF), signal);
  }
}

/** The runner answers, and will not be talked into it by waiting. */
class RefusedError extends Error {}

class Follower {
  readonly #address: RunnerAddress;
  readonly #options: FollowOptions;
  #lastId: string | undefined;

  constructor(address: RunnerAddress, options: FollowOptions) {
    this.#address = address;
    this.#options = options;
  }

  /** Resolves when the stream has broken off; rejects where there was none. */
  async once(): Promise<void> {
    const { path, signal, onMessage } = this.#options;
    const resume = this.#lastId === undefined ? {} : { "last-event-id": this.#lastId };
    const headers = { accept: "text/event-stream", ...resume };
    const answer = await openAnswer(this.#address, path, { headers, signal });
    if (answer.statusCode !== 200) {
      const text = refusalOf({ status: answer.statusCode ?? 0, body: await wholeBody(answer) });
      throw answer.statusCode === 503 ? new Error(text) : new RefusedError(text);
    }
    try {
      for await (const message of streamMessages(answer.setEncoding("utf8"))) {
        this.#lastId = message.id ?? this.#lastId;
        onMessage(message);
      }
    } catch {
      // Broken off: the end of this stream as any other.
    }
  }
}
