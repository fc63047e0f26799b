import type { Logger } from "@lighthouse-sd/core";
import { settlesWithin } from "../clock.js";
import { PortRun, type PortRunState, type PortWish, type ReporterTools } from "./port-run.js";

/** How one service stands. */
export interface ServiceRunState {
  readonly name: string;
  readonly discovery: string;
  /** Since when an operator has it out of rotation, Unix milliseconds; null: it is not. */
  readonly drainedSince: number | null;
  /** In the order of its file. */
  readonly ports: readonly PortRunState[];
}

/** True once every port's checks have decided, and its registry has confirmed those they found fit. */
export function isSettled(services: readonly ServiceRunState[]): boolean {
  return services.every(({ ports }) => ports.every(({ everSettled }) => everSettled));
}

/** What one service needs. */
export interface ServiceRunOptions {
  readonly name: string;
  /** The ports that were up when the reporter stopped a moment ago. */
  readonly wereUp: ReadonlySet<number>;
  readonly tools: ReporterTools;
  readonly log: Logger;
  readonly onState: () => void;
}

/** One service of this host: a run for each of its ports. */
export class ServiceRun {
  readonly #options: ServiceRunOptions;
  readonly #ports = new Map<number, PortRun>();
  /** Ports that are no longer wanted and have not been withdrawn yet. */
  readonly #leaving = new Map<number, Promise<void>>();
  #stopped = false;
  #wish: PortWish | undefined;

  constructor(options: ServiceRunOptions) {
    this.#options = options;
  }

  /** Makes `wish` the one to follow; what has not changed goes on undisturbed. */
  apply(wish: PortWish): void {
    const { name: service, wereUp, tools, log, onState } = this.#options;
    this.#wish = wish;
    for (const port of [...this.#ports.keys()]) if (!wish.settings.ports.includes(port)) this.#remove(port);
    for (const port of wish.settings.ports) {
      // One that comes back while it is still being withdrawn waits for that.
      if (this.#leaving.has(port)) continue;
      const known = this.#ports.get(port);
      const run = known ?? new PortRun({ service, port, wasUp: wereUp.has(port), tools, log, onState });
      this.#ports.set(port, run);
      run.apply(wish);
    }
  }

  /** Its ports and what they come to. */
  ports(): readonly PortRunState[] {
    return (this.#wish?.settings.ports ?? []).flatMap((port) => this.#ports.get(port)?.state() ?? []);
  }

  /** The ports whose nodes stand in the registry as far as is known, for the next start to go on with; none where its nodes go at a stop. */
  kept(): readonly number[] {
    if (this.#wish?.settings.withdrawOnStop !== false) return [];
    return this.ports().flatMap(({ port, registration }) => (registration.status === "none" ? [] : [port]));
  }

  /** Ends it within limited time. `keep`: its nodes may be left for the next start, where its file says so. */
  async stop(keep: boolean, limitMs: number): Promise<void> {
    const { clock } = this.#options.tools;
    this.#stopped = true;
    const left = keep && this.#wish?.settings.withdrawOnStop === false;
    const stops = [...this.#ports.values()].map((port) => port.stop(left, limitMs));
    await Promise.all([...stops, settlesWithin(clock, limitMs, Promise.all(this.#leaving.values()))]);
  }

  /** A port that its file no longer names: withdrawn, however long that takes. */
  #remove(port: number): void {
    const run = this.#ports.get(port);
    this.#ports.delete(port);
    if (run === undefined) return;
    const leaving = run.stop(false, Number.POSITIVE_INFINITY).finally(() => {
      this.#leaving.delete(port);
      if (this.#wish !== undefined && !this.#stopped) this.apply(this.#wish);
    });
    this.#leaving.set(port, leaving);
  }
}
