import { pause } from "@lighthouse-sd/plugin-kit";
import { errorText } from "../error-text.js";
import type { Status } from "../http/status.js";
import { statusText } from "../status/render-status.js";
import { EXIT } from "./exit-codes.js";
import type { RunnerChoice } from "./find-runner.js";
import { readFromRunner } from "./read-answer.js";

/** What `status` is asked for. */
export interface StatusOptions {
  readonly json: boolean;
  /** Go on until `signal` aborts. */
  readonly watch: boolean;
  readonly color: boolean;
  /** The output is a screen that can be written anew. */
  readonly screen: boolean;
  readonly runner: RunnerChoice;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  /** Where the result goes, line ends included. */
  readonly out: (text: string) => void;
  readonly signal: AbortSignal;
  /** Between two looks, in milliseconds. Default 2000. */
  readonly everyMs?: number;
}

const EVERY_MS = 2000;
const CLEAR = "\u001b[H\u001b[2J\u001b[3J";

/** Shows how a running one stands. Gives the exit code; rejects where there is none. With `watch` the screen follows, also
 * where the runner goes away and comes back; elsewhere than on a screen each look that shows something new is printed. */
export async function runStatus(options: StatusOptions): Promise<number> {
  const { watch, screen, out, signal, everyMs = EVERY_MS } = options;
  let shown = "";
  for (let first = true; first || (watch && !signal.aborted); first = false) {
    const text = await look(options).catch((error: unknown) => {
      if (first) throw error;
      return `${errorText(error)}\n`;
    });
    if (screen && watch) out(`${CLEAR}${text}`);
    else if (text !== shown) out(text);
    shown = text;
    if (watch) await pause(everyMs, signal);
  }
  return EXIT.done;
}

async function look({ json, color, runner, env, now }: StatusOptions): Promise<string> {
  const status = await readStatus(runner, env);
  return json ? `${JSON.stringify(status, null, 2)}\n` : statusText(status, now(), color);
}

/** Of the writer; of the reporter where there is no writer. */
async function readStatus(runner: RunnerChoice, env: NodeJS.ProcessEnv): Promise<Status> {
  const path = "/api/v1/status";
  try {
    return await readFromRunner<Status>(runner, env, path);
  } catch (error) {
    if (runner.url !== undefined) throw error;
    return await readFromRunner<Status>(runner, env, path, "reporter").catch(() => Promise.reject(error));
  }
}
