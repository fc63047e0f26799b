import { Agent } from "node:http";
import type { Socket } from "node:net";
import { type HttpAnswer, httpGet } from "./http-request.js";

/** How much load, on what kind of connections. */
export interface HttpLoadOptions {
  readonly port: number;
  readonly path?: string;
  /** Requests a second that each open a connection of their own. */
  readonly freshPerSecond: number;
  /** Connections that stay open and carry one request after the other. */
  readonly keepAliveConnections: number;
  /** Requests a second on all of those together. */
  readonly keepAlivePerSecond: number;
  /** The load ends by itself after so many requests; default 100,000. */
  readonly maxRequests?: number;
  /** And after so many milliseconds; default 120,000. */
  readonly maxMs?: number;
}

/** Fresh connections that wait for their answer at once; further turns pass. A machine that has no time for the load
 * would otherwise be given more and more of it, and nothing would be answered in the end. */
const MOST_FRESH = 20;

/** One request that was not answered with 200. */
export interface LoadFailure {
  readonly connection: "fresh" | "keep-alive";
  readonly reason: string;
  /** Milliseconds since the load began. */
  readonly atMs: number;
}

/** What came of it. Every request that was sent is in exactly one of `answers` and `failures`. */
export interface LoadReport {
  readonly requests: number;
  /** How often each body came. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly LoadFailure[];
  /** Kept connections that the server closed while they were idle, without having said so in its last answer: a request
   * sent at that moment would have failed. */
  readonly unannouncedCloses: number;
  readonly elapsedMs: number;
}

/** A load that is running. */
export interface HttpLoad {
  /** Requests answered so far. */
  readonly answered: number;
  /** Sends no more, waits for the answers under way. */
  stop(): Promise<LoadReport>;
}

/** Starts sending requests at a steady pace. A client that retried would hide failures: none is retried. */
export function startHttpLoad(options: HttpLoadOptions): HttpLoad {
  const load = new RunningLoad(options);
  load.run();
  return load;
}

class RunningLoad implements HttpLoad {
  readonly #options: HttpLoadOptions;
  readonly #began: number = performance.now();
  readonly #answers: Record<string, number> = {};
  readonly #failures: LoadFailure[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #agents: Agent[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #requests = 0;
  #answered = 0;
  #unannouncedCloses = 0;
  #ended = false;

  constructor(options: HttpLoadOptions) {
    this.#options = options;
  }

  get answered(): number {
    return this.#answered;
  }

  run(): void {
    const { freshPerSecond, keepAliveConnections, keepAlivePerSecond, maxMs = 120_000 } = this.#options;
    let fresh = 0;
    this.#pace(freshPerSecond, () => {
      if (fresh >= MOST_FRESH) return;
      fresh += 1;
      void this.#send("fresh", false).then(() => {
        fresh -= 1;
      });
    });
    for (let index = 0; index < keepAliveConnections; index++)
      this.#keepConnection(keepAlivePerSecond / keepAliveConnections);
    this.#timers.push(setTimeout(() => this.#end(), maxMs).unref());
  }

  async stop(): Promise<LoadReport> {
    this.#end();
    await Promise.all(this.#underWay);
    for (const agent of this.#agents) agent.destroy();
    const elapsedMs = performance.now() - this.#began;
    return {
      requests: this.#requests,
      answers: this.#answers,
      failures: this.#failures,
      unannouncedCloses: this.#unannouncedCloses,
      elapsedMs,
    };
  }

  #end(): void {
    this.#ended = true;
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** One request at a time on it; while one is under way, its turns pass. */
  #keepConnection(perSecond: number): void {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.#agents.push(agent);
    let busy = false;
    let closes = false;
    const seen = new WeakSet<Socket>();
    const onSocket = (socket: Socket): void => {
      if (seen.has(socket)) return;
      seen.add(socket);
      socket.once("close", () => {
        if (!busy && !closes && !this.#ended) this.#unannouncedCloses += 1;
      });
    };
    this.#pace(perSecond, () => {
      if (busy) return;
      busy = true;
      closes = false;
      void this.#send("keep-alive", agent, onSocket).then((answer) => {
        // A failure is counted as one already.
        closes = answer?.closes ?? true;
        busy = false;
      });
    });
  }

  /** Turns that a busy event loop has missed are made up for. */
  #pace(perSecond: number, turn: () => void): void {
    if (perSecond <= 0) return;
    const began = performance.now();
    let turns = 0;
    const timer = setInterval(
      () => {
        const due = Math.floor(((performance.now() - began) / 1_000) * perSecond);
        for (; turns < due && this.#requests < (this.#options.maxRequests ?? 100_000); turns++) turn();
      },
      Math.max(5, Math.min(50, 1_000 / perSecond)),
    );
    this.#timers.push(timer);
  }

  #send(
    connection: LoadFailure["connection"],
    agent: Agent | false,
    onSocket?: (socket: Socket) => void,
  ): Promise<HttpAnswer | undefined> {
    this.#requests += 1;
    const { port, path = "/" } = this.#options;
    const sent = httpGet({ port, path, agent, timeoutMs: 10_000, ...(onSocket && { onSocket }) }).then(
      (answer) => this.#count(connection, answer),
      (error: Error) => this.#fail(connection, error.message),
    );
    this.#underWay.add(sent);
    void sent.then(() => this.#underWay.delete(sent));
    return sent;
  }

  #count(connection: LoadFailure["connection"], answer: HttpAnswer): HttpAnswer | undefined {
    const { status, body } = answer;
    if (status !== 200) return this.#fail(connection, `status ${status}`);
    this.#answers[body] = (this.#answers[body] ?? 0) + 1;
    this.#answered += 1;
    return answer;
  }

  #fail(connection: LoadFailure["connection"], reason: string): undefined {
    this.#failures.push({ connection, reason, atMs: Math.round(performance.now() - this.#began) });
  }
}
