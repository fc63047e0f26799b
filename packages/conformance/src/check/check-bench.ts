import assert from "node:assert/strict";
import type { Check, CheckPlugin, CheckTarget } from "@lighthouse-sd/core";
import { deepFreeze } from "../plugin/deep-freeze.js";
import { unseen } from "../plugin/left-running.js";
import { settlesWithin } from "../plugin/settles.js";
import { silentContext } from "../plugin/silent-context.js";
import type { CheckedService, CheckSubject } from "./check-subject.js";
import { type Fault, FaultyServer } from "./faulty-server.js";

/** What came of one call. */
export interface Verdict {
  /** As the engine counts it: an answer that comes after the abort is none. */
  readonly fit: boolean;
  /** Why not, where it was rejected. */
  readonly reason: string | undefined;
  /** It came of itself, before the deadline. */
  readonly inTime: boolean;
}

/** Where one promise is tried: a service, the instances made for it, and servers at fault. */
export class CheckBench {
  readonly subject: CheckSubject;
  readonly service: CheckedService;
  readonly answerMs: number;
  readonly settleMs: number;
  readonly #made: Check<unknown>[] = [];
  readonly #servers: FaultyServer[] = [];

  constructor(subject: CheckSubject, service: CheckedService) {
    this.subject = subject;
    this.service = service;
    this.answerMs = subject.answerMs ?? 10_000;
    this.settleMs = subject.settleMs ?? 2000;
  }

  get plugin(): CheckPlugin<unknown> {
    return this.subject.plugin;
  }

  /** The configuration, as its file would hold it. */
  get given(): unknown {
    return this.service.config;
  }

  /** The same, validated. */
  get config(): unknown {
    return this.plugin.validateConfig(this.given);
  }

  /** A new instance without a configuration. */
  construct(): Check<unknown> {
    const check = new this.plugin(silentContext("conformance", this.service.directory));
    this.#made.push(check);
    return check;
  }

  /** A new instance with the service's configuration. */
  async start(): Promise<Check<unknown>> {
    const check = this.construct();
    await check.applyConfig(deepFreeze(this.config));
    return check;
  }

  async stop(check: Check<unknown>): Promise<void> {
    await check.stop?.({ signal: new AbortController().signal });
  }

  /** A server that misbehaves, until the bench closes. */
  serve(fault: Fault): Promise<FaultyServer> {
    return unseen(async () => {
      const server = await FaultyServer.start(fault);
      this.#servers.push(server);
      return server;
    });
  }

  setFit(fit: boolean): Promise<void> {
    return unseen(async () => this.service.setFit(fit));
  }

  /** One call, aborted after `deadlineMs`. Throws where it does not settle then. */
  async ask(check: Check<unknown>, target: CheckTarget, deadlineMs: number = this.answerMs): Promise<Verdict> {
    const stop = new AbortController();
    const timer = unseen(() => setTimeout(() => stop.abort(), deadlineMs));
    try {
      return await this.verdict(check, target, stop.signal, deadlineMs);
    } finally {
      clearTimeout(timer);
    }
  }

  /** One call with a signal that aborts within `deadlineMs`. Throws where it does not settle then. */
  async verdict(check: Check<unknown>, target: CheckTarget, signal: AbortSignal, deadlineMs = 0): Promise<Verdict> {
    const call = (async (): Promise<unknown> => check.perform(Object.freeze({ ...target }), { signal }))();
    const verdict = call.then(
      (answer) => {
        assert.equal(typeof answer, "boolean", `perform must resolve to true or false, got ${answer}`);
        return { fit: answer === true && !signal.aborted, reason: undefined, inTime: !signal.aborted };
      },
      (error: unknown) => ({ fit: false, reason: messageOf(error), inTime: !signal.aborted }),
    );
    const settled = await settlesWithin(deadlineMs + this.settleMs, verdict);
    assert.ok(settled, `it did not settle within ${this.settleMs} ms of the abort`);
    return verdict;
  }

  /** Throws unless the check finds the service fit. */
  async assertFit(check: Check<unknown>, when: string): Promise<void> {
    const { fit, reason } = await this.ask(check, this.service.target);
    assert.ok(fit, `a fit service was found unfit ${when}: ${reason ?? "without a reason"}`);
  }

  /** Stops every instance and ends all servers. What does not end is left behind. */
  async close(): Promise<void> {
    try {
      await settlesWithin(this.settleMs, Promise.allSettled(this.#made.map(async (check) => this.stop(check))));
    } finally {
      for (const server of this.#servers) await server.close();
      await this.service.dispose?.();
    }
  }
}

function messageOf(error: unknown): string {
  assert.ok(error instanceof Error, `it was rejected with something that is no error: ${error}`);
  return error.message;
}
