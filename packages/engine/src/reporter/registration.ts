import { isDeepStrictEqual } from "node:util";
import type { Logger, Node } from "@lighthouse-sd/core";
import { type Clock, settlesWithin } from "../clock.js";
import { errorText } from "../error-text.js";
import type { DiscoveryLink } from "./discovery-link.js";
import { Report } from "./report.js";

/** Whether a node stands in its registry. */
export interface RegistrationState {
  /** `none`: it should not. `pending`: not confirmed yet. */
  readonly status: "none" | "pending" | "registered" | "lost";
  /** Since when `status` is what it is, Unix milliseconds. */
  readonly since: number;
  /** Of `lost`: why. */
  readonly error: string | null;
}

/** What should stand in a registry. */
export interface Registered {
  readonly node: Node;
  readonly link: DiscoveryLink;
}

/** What one registration needs. */
export interface RegistrationOptions {
  readonly service: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** Called after `state` has changed. */
  readonly onChange: (before: RegistrationState) => void;
}

/** Brings what stands in a registry for one port of a service in line with what should: a change of the node replaces it
 * without a moment in which it is missing; one of the registry or of the node's name withdraws the old one only after the
 * new one stands. */
export class ServiceRegistration {
  readonly #options: RegistrationOptions;
  #wanted: Registered | undefined;
  #lastNode: Node | undefined;
  /** What the current one should do at its end where nothing is wanted any more. */
  #keep = false;
  #current: Report | undefined;
  /** Stand in for the current one until the registry has confirmed it. */
  #retiring: readonly Report[] = [];
  /** Withdraw what they have put there, and are not over yet. */
  readonly #ending = new Map<Report, Promise<void>>();
  #state: RegistrationState;
  #dirty = false;
  #working = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#state = { status: "none", since: options.clock.now(), error: null };
  }

  get state(): RegistrationState {
    return this.#state;
  }

  /** What stands there, or is meant to; undefined: nothing. */
  get node(): Node | undefined {
    return this.#wanted?.node;
  }

  /** What stood there last, or was meant to. */
  get lastNode(): Node | undefined {
    return this.#lastNode;
  }

  /** True once it was stopped so that the next start can go on with what stands there. */
  get left(): boolean {
    return this.#keep;
  }

  /** Undefined: withdraw it. */
  set(wanted: Registered | undefined): void {
    this.#lastNode = wanted?.node ?? this.#lastNode;
    if (this.#wanted?.link === wanted?.link && isDeepStrictEqual(this.#wanted?.node, wanted?.node)) return;
    this.#wanted = wanted;
    if (wanted === undefined) this.#become("none", null);
    this.#begin();
  }

  /** Withdraws what stands there, or leaves it to the next start. Resolves when that is done, after `limitMs` at the
   * latest. */
  async stop(keep: boolean, limitMs: number): Promise<void> {
    this.#keep = keep;
    this.set(undefined);
    await settlesWithin(this.#options.clock, limitMs, this.#work);
  }

  #begin(): void {
    this.#dirty = true;
    if (this.#working) return;
    this.#working = true;
    this.#work = this.#bringInLine();
  }

  async #bringInLine(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      try {
        if (this.#wanted === undefined) await this.#withdraw();
        else await this.#report(this.#wanted);
      } catch (error) {
        this.#options.log.error(`service ${this.#options.service}: ${errorText(error)}`, { err: error });
      }
    }
    this.#working = false;
  }

  async #withdraw(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) this.#end(current, this.#keep);
    this.#retire();
    await Promise.all(this.#ending.values());
    if (this.#wanted === undefined) this.#become("none", null);
  }

  async #report(wanted: Registered): Promise<void> {
    const isSame = ({ link, node }: Report): boolean => link === wanted.link && node.name === wanted.node.name;
    // Of one node there are never two reports at once.
    for (const [report, over] of this.#ending) if (isSame(report)) await over;
    const reports = [...(this.#current === undefined ? [] : [this.#current]), ...this.#retiring];
    const before = reports.find(isSame);
    this.#current = undefined;
    this.#retiring = reports.filter((report) => report !== before);
    await before?.end(true);
    this.#start(wanted, before !== undefined);
  }

  #start({ node, link }: Registered, inherits: boolean): void {
    const { service, clock, log, random } = this.#options;
    const sink = {
      registered: () => {
        if (this.#current !== report) return;
        this.#become("registered", null);
        this.#retire();
      },
      lost: (reason: string) => {
        if (this.#current === report) this.#become("lost", reason);
      },
    };
    if (this.#wanted !== undefined) this.#become("pending", null);
    const report = new Report({ service, node, link, inherits, sink, clock, log, random });
    this.#current = report;
    report.start();
  }

  /** The new one stands: the old ones may go. They withdraw only what is still theirs. */
  #retire(): void {
    const old = this.#retiring;
    this.#retiring = [];
    for (const report of old) this.#end(report, false);
  }

  #end(report: Report, keep: boolean): void {
    const over = report.end(keep).finally(() => this.#ending.delete(report));
    this.#ending.set(report, over);
  }

  #become(status: RegistrationState["status"], error: string | null): void {
    const before = this.#state;
    if (before.status === status && before.error === error) return;
    // A node that is being replaced stands all the while.
    if (status === "pending" && before.status === "registered") return;
    const since = before.status === status ? before.since : this.#options.clock.now();
    this.#state = { status, since, error };
    this.#options.onChange(before);
  }
}
