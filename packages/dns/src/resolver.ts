import { pause } from "@lighthouse-sd/plugin-kit";
import { askServer } from "./ask-server.js";
import type { DnsAnswer, QueryType } from "./dns-message.js";
import { LookUpError, ServerFailure } from "./failures.js";
import type { ServerAddress } from "./server-address.js";

/** How long a server that could not be reached is asked last, in milliseconds. */
const AVOIDED_MS = 30_000;
/** Between two rounds, in milliseconds: what fails at once may need a moment. */
const BETWEEN_ROUNDS_MS = 100;

/** How name servers are asked. */
export interface ResolverOptions {
  /** Read before each question: they may change. */
  servers(): Promise<readonly ServerAddress[]>;
  /** For one answer of one server, in milliseconds. */
  readonly timeoutMs: number;
  /** Rounds through all servers. */
  readonly attempts: number;
}

/** Asks name servers one after the other until one says what is there. */
export class Resolver {
  readonly #options: ResolverOptions;
  /** Until when they are asked last, by address; monotonic milliseconds. */
  readonly #avoided = new Map<string, number>();

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /** An answer with NOERROR or NXDOMAIN. Rejects with LookUpError, naming every server and why it did not answer; at once
   * when `signal` aborts. */
  async ask(name: string, type: QueryType, signal: AbortSignal): Promise<DnsAnswer> {
    const { timeoutMs, attempts } = this.#options;
    const servers = await this.#options.servers();
    const failures = new Map<string, string>();
    for (let round = 1; round <= attempts; round++) {
      for (const server of this.#inOrder(servers)) {
        signal.throwIfAborted();
        try {
          const answer = await askServer(server, name, type, timeoutMs, signal);
          this.#avoided.delete(server.shown);
          return answer;
        } catch (error) {
          if (!(error instanceof ServerFailure)) throw error;
          failures.set(server.shown, error.message);
          if (error.isUnreachable) this.#avoided.set(server.shown, performance.now() + AVOIDED_MS);
        }
      }
      if (round < attempts) await pause(BETWEEN_ROUNDS_MS, signal);
    }
    signal.throwIfAborted();
    const reasons = [...failures].map(([server, what]) => `name server ${server} ${what}`);
    throw new LookUpError(`${type} records of ${name} cannot be looked up: ${reasons.join("; ")}`);
  }

  #inOrder(servers: readonly ServerAddress[]): readonly ServerAddress[] {
    const now = performance.now();
    const isAvoided = ({ shown }: ServerAddress): boolean => (this.#avoided.get(shown) ?? now) > now;
    return [...servers.filter((server) => !isAvoided(server)), ...servers.filter(isAvoided)];
  }
}
