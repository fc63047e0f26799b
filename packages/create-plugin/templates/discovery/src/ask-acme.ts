import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";

/** A list that is larger is given up, in bytes: it would not be one of nodes. */
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** How long an answer may take, and what gives the question up. */
export interface AskOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Asks for a JSON object. Rejects with what was wanted and found, leaving no connection behind. */
export async function askAcme(url: URL, { timeoutMs, signal }: AskOptions): Promise<Readonly<Record<string, unknown>>> {
  const limit = new AbortController();
  const giveUp = (): void => limit.abort();
  const timer = setTimeout(giveUp, timeoutMs);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    const { status, body } = await ask(url, limit.signal);
    if (status !== 200) throw new Error(`answered with status ${status}; wanted 200`);
    return objectIn(body);
  } catch (error) {
    const late = limit.signal.aborted && !signal.aborted;
    const reason = late ? `no answer within ${timeoutMs} ms` : (error as Error).message;
    throw new Error(`${url.href}: ${reason}`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

function ask(url: URL, signal: AbortSignal): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const get = url.protocol === "https:" ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    // A connection of its own, which ends with the answer.
    const request = get(url, { agent: false, signal, headers: { accept: "application/json" } }, (response) => {
      textOf(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
    request.once("error", reject);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    if (bytes > LARGEST_ANSWER) throw new Error(`the answer is larger than ${LARGEST_ANSWER} bytes`);
  }
  return Buffer.concat(parts).toString("utf8");
}

function objectIn(body: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(body);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`the answer is not a JSON object: ${body.slice(0, 100)}`);
}
