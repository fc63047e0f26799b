import { isDeepStrictEqual } from "node:util";
import type { Context, Logger } from "@lighthouse-sd/core";
import type { Clock } from "../clock.js";
import type { CheckSettings, ServiceSettings } from "../config/configuration.js";
import type { CallTimes } from "../plugin-calls.js";
import { type CheckHealth, type CheckResult, checkedAnew, notChecked, withResult } from "./check-health.js";
import { CheckLoop } from "./check-loop.js";
import type { DiscoveryLink } from "./discovery-link.js";
import { type PortVerdict, portVerdict } from "./port-verdict.js";
import { type RegistrationState, ServiceRegistration } from "./registration.js";
import { type HostAddress, serviceNode } from "./service-node.js";
import { registrationSentences, resultSentences, type Sentence, verdictSentences } from "./service-sentences.js";

/** What everything that services need is made of. */
export interface ReporterTools {
  readonly clock: Clock;
  readonly times: CallTimes;
  /** From 0 to 1, for spreading what happens again and again. */
  readonly random: () => number;
  /** For a plugin instance of this name. */
  readonly contextFor: (kind: "discovery" | "check", name: string) => Context;
  /** A check of a service has passed, or failed. */
  readonly checked: (service: string, check: string, passed: boolean) => void;
}

/** What one port of a service should be reported as. */
export interface PortWish {
  readonly settings: ServiceSettings;
  readonly link: DiscoveryLink;
  /** Undefined: not known yet; nothing is registered before it is. */
  readonly address: HostAddress | undefined;
  readonly drained: boolean;
}

/** How one port of a service stands. */
export interface PortRunState {
  readonly port: number;
  readonly verdict: PortVerdict;
  /** The node's name; null: it is not registered, nor about to be. */
  readonly node: string | null;
  readonly registration: RegistrationState;
  readonly checks: ReadonlyMap<string, CheckHealth>;
  /** True once its checks have decided, and its registry has confirmed it where they found it fit. */
  readonly everSettled: boolean;
}

/** What one port needs. */
export interface PortRunOptions {
  readonly service: string;
  readonly port: number;
  /** It was up when its reporter stopped a moment ago: one pass of each check is enough. */
  readonly wasUp: boolean;
  readonly tools: ReporterTools;
  readonly log: Logger;
  readonly onState: () => void;
}

interface Checking {
  readonly settings: CheckSettings;
  readonly loop: CheckLoop;
  health: CheckHealth;
}

/** One port of a service: checks it, and keeps its node registered while it is up. */
export class PortRun {
  readonly #options: PortRunOptions;
  readonly #registration: ServiceRegistration;
  readonly #checks = new Map<string, Checking>();
  readonly #endings = new Set<Promise<void>>();
  #wish: PortWish | undefined;
  #verdict: PortVerdict;
  #everSettled = false;
  #stopped = false;

  constructor(options: PortRunOptions) {
    const { service, tools, log } = options;
    const { clock, random } = tools;
    this.#options = options;
    this.#verdict = { state: "starting", since: clock.now(), reason: null };
    const onChange = (before: RegistrationState): void => this.#registrationChanged(before);
    this.#registration = new ServiceRegistration({ service, clock, random, log, onChange });
  }

  /** Makes `wish` the one to follow; what has not changed goes on undisturbed. */
  apply(wish: PortWish): void {
    if (this.#stopped) return;
    const before = this.#wish;
    this.#wish = wish;
    if (before?.settings !== wish.settings) this.#applyChecks(before?.settings, wish.settings);
    this.#decide();
  }

  state(): PortRunState {
    return {
      port: this.#options.port,
      verdict: this.#verdict,
      node: this.#registration.node?.name ?? null,
      registration: this.#registration.state,
      checks: this.#healths(),
      everSettled: this.#everSettled,
    };
  }

  /** Ends its checks and withdraws its node, or leaves it for the next start. Resolves in limited time. */
  async stop(keep: boolean, limitMs: number): Promise<void> {
    this.#stopped = true;
    for (const name of [...this.#checks.keys()]) this.#endCheck(name);
    await Promise.all([this.#registration.stop(keep, limitMs), ...this.#endings]);
  }

  #applyChecks(before: ServiceSettings | undefined, now: ServiceSettings): void {
    for (const name of [...this.#checks.keys()]) if (!now.checks.has(name)) this.#endCheck(name);
    const moved = before?.host !== now.host || before.intervalMs !== now.intervalMs;
    for (const [name, settings] of now.checks) {
      const known = this.#checks.get(name);
      if (known !== undefined && !moved && isDeepStrictEqual(known.settings, settings)) continue;
      const { clock } = this.#options.tools;
      const health = known === undefined ? notChecked(clock.now()) : checkedAnew(known.health);
      if (known !== undefined) this.#endCheck(name);
      this.#startCheck(now, settings, health);
    }
  }

  #startCheck(service: ServiceSettings, check: CheckSettings, health: CheckHealth): void {
    const { tools, port } = this.#options;
    const { clock, times, random } = tools;
    const loop = new CheckLoop({
      check,
      target: { host: service.host, port },
      intervalMs: service.intervalMs,
      context: tools.contextFor("check", `${check.name} of ${this.#options.service}:${port}`),
      clock,
      times,
      random,
      onResult: (result) => this.#checked(check, result),
    });
    this.#checks.set(check.name, { settings: check, loop, health });
    loop.start();
  }

  #endCheck(name: string): void {
    const loop = this.#checks.get(name)?.loop;
    this.#checks.delete(name);
    if (loop === undefined) return;
    const ending = loop.stop().finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  #checked({ name, rise, fall }: CheckSettings, result: CheckResult): void {
    const checking = this.#checks.get(name);
    if (checking === undefined) return;
    const before = checking.health;
    const limits = { rise: this.#options.wasUp && before.passing === null ? 1 : rise, fall };
    checking.health = withResult(before, result, limits);
    this.#options.tools.checked(this.#options.service, name, result.passed);
    this.#say(resultSentences(this.#shown(), name, { before, result, limits }));
    this.#decide();
  }

  #decide(): void {
    if (this.#wish === undefined) return;
    const before = this.#verdict;
    this.#verdict = portVerdict(before, this.#healths(), this.#options.tools.clock.now());
    this.#say(verdictSentences(this.#shown(), before, this.#verdict));
    const { settings, link, address, drained } = this.#wish;
    const node =
      this.#verdict.state !== "up" || address === undefined
        ? undefined
        : serviceNode(settings, this.#options.port, address, drained);
    this.#registration.set(node === undefined ? undefined : { node, link });
    if (this.#verdict.state === "down") this.#everSettled = true;
    this.#options.onState();
  }

  #registrationChanged(before: RegistrationState): void {
    const { state: after, lastNode, left } = this.#registration;
    if (after.status === "registered") this.#everSettled = true;
    const discovery = this.#wish?.link.settings.name ?? "";
    if (lastNode !== undefined)
      this.#say(registrationSentences({ node: lastNode.name, discovery, left }, before, after));
    this.#options.onState();
  }

  #healths(): ReadonlyMap<string, CheckHealth> {
    return new Map([...this.#checks].map(([name, { health }]) => [name, health]));
  }

  #shown(): string {
    return `port ${this.#options.port}`;
  }

  #say(sentences: readonly Sentence[]): void {
    for (const { level, text } of sentences) this.#options.log[level](text);
  }
}
