import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { resolve } from "node:path";
import { readSecretFile } from "@lighthouse-sd/plugin-kit";
import type { Management } from "../config/rabbitmq-config.js";

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const LARGEST_ANSWER = 8 * 1024 * 1024;

/** When a question is given up. */
export interface AskLimits {
  readonly signal: AbortSignal;
  /** Infinity: by the signal alone. */
  readonly timeoutMs: number;
}

/** The management API of one broker, over a connection that is kept. */
export class ManagementApi {
  readonly #management: Management;
  readonly #directory: string;
  readonly #agent: HttpAgent;

  /** Opens nothing. Relative paths begin at `directory`. */
  constructor(management: Management, directory: string) {
    this.#management = management;
    this.#directory = directory;
    const keep = { keepAlive: true, maxSockets: 2 };
    this.#agent = management.url.startsWith("https:") ? new HttpsAgent(keep) : new HttpAgent(keep);
  }

  /** What it answers to GET of `path` below `/api/`. Rejects with what to look at; the password is never in it. */
  async get(path: string, limits: AskLimits): Promise<unknown> {
    const { status, body } = await this.getAnyStatus(path, limits);
    if (status === 200) return parseBody(this.#urlOf(path), body);
    const { username } = this.#management;
    const hint =
      status === 401 || status === 403
        ? `: user "${username}" is refused; look at its name, its password_file and its tag monitoring`
        : "";
    throw new Error(`GET ${this.#urlOf(path)}: wanted status 200, got ${status}${hint}`);
  }

  /** Likewise, whatever the status is. */
  async getAnyStatus(path: string, limits: AskLimits): Promise<{ readonly status: number; readonly body: string }> {
    const { username, password_file: file } = this.#management;
    const password = await readSecretFile(resolve(this.#directory, file));
    const url = this.#urlOf(path);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), Math.min(limits.timeoutMs, LONGEST_TIMER_MS));
    try {
      return await this.#request(url, `${username}:${password}`, AbortSignal.any([limits.signal, limit.signal]));
    } catch (error) {
      limits.signal.throwIfAborted();
      const isLate = limit.signal.aborted;
      const words = isLate ? `no whole answer within ${limits.timeoutMs / 1000} s` : (error as Error).message;
      throw new Error(`GET ${url}: ${words}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets the connection go. */
  close(): void {
    this.#agent.destroy();
  }

  #urlOf(path: string): string {
    return `${this.#management.url.replace(/\/$/, "")}/api/${path}`;
  }

  #request(url: string, auth: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
    const ask = url.startsWith("https:") ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = ask(url, { agent: this.#agent, auth, signal }, (response) => {
        bodyOf(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
      });
      request.once("error", reject);
      request.end();
    });
  }
}

/** Says nothing of what cannot be read: it may be anything. */
function parseBody(url: string, body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new Error(`GET ${url}: wanted JSON, got something else: is this the management API?`);
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LARGEST_ANSWER) throw new Error(`the answer has more than ${LARGEST_ANSWER} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
