import type { Context, Logger } from "@lighthouse-sd/core";
import type { Clock } from "../clock.js";
import type { Configuration } from "../config/configuration.js";
import type { KeptValue } from "../kept-value.js";
import type { CallTimes } from "../plugin-calls.js";
import { AddressWatch } from "./address-watch.js";
import { THIS_HOST } from "./host-address.js";
import { noteLeft, takeLeft } from "./left-registered.js";
import { Reporter } from "./reporter.js";
import {
  decideServiceDrain,
  keptServiceDrains,
  type ServiceDrainReply,
  type ServiceDrainRequest,
  type ServiceDrains,
} from "./service-drains.js";
import { isSettled, type ServiceRunState } from "./service-run.js";

/** What reporting services needs. */
export interface ServiceReportingOptions {
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly times: CallTimes;
  readonly random: () => number;
  readonly logFor: (part?: string) => Logger;
  readonly contextFor: (kind: string, name: string) => Context;
  /** A check of a service has passed, or failed. */
  readonly checked: (service: string, check: string, passed: boolean) => void;
  readonly onState: () => void;
}

/** The reporter of this host with what it keeps between two starts: which services are drained, and what it has left
 * registered. */
export class ServiceReporting {
  readonly #options: ServiceReportingOptions;
  readonly #drains: KeptValue<ServiceDrains>;
  #parts: { readonly reporter: Reporter; readonly address: AddressWatch } | undefined;
  #configuration: Configuration | undefined;
  #begun = false;

  constructor(options: ServiceReportingOptions) {
    this.#options = options;
    this.#drains = keptServiceDrains(options.stateDirectory, options.logFor());
  }

  /** Begins to report what `configuration` says. */
  async start(configuration: Configuration): Promise<void> {
    const { stateDirectory, clock, times, random, logFor, contextFor, checked, onState } = this.#options;
    await this.#drains.load();
    const left = await takeLeft(stateDirectory, clock.now(), logFor());
    const settings = configuration.runner;
    const onChange = (): void => this.#parts?.reporter.refresh();
    const address = new AddressWatch({ settings, source: THIS_HOST, clock, log: logFor(), onChange });
    const reporter = new Reporter({
      tools: { clock, times, random, contextFor, checked },
      logFor: (service) => logFor(`service ${service}`),
      address: () => address.address,
      drains: () => this.#drains.value,
      left,
      onState,
    });
    this.#parts = { reporter, address };
    await address.start();
    this.apply(configuration);
    this.#begun = true;
  }

  /** Follows `configuration` from now on. */
  apply(configuration: Configuration): void {
    this.#configuration = configuration;
    this.#parts?.reporter.apply(configuration);
  }

  /** True once every service's checks have decided, and its registry has confirmed those they found fit. */
  settled(): boolean {
    return this.#begun && isSettled(this.states());
  }

  /** All services, by name. */
  states(): readonly ServiceRunState[] {
    return this.#parts?.reporter.states() ?? [];
  }

  /** Takes a service out of rotation, or back. Rejects where that cannot be kept. */
  async drain(request: ServiceDrainRequest): Promise<ServiceDrainReply> {
    const { clock, logFor } = this.#options;
    const services = [...(this.#configuration?.services.values() ?? [])].map(({ name, metadata }) => {
      return { name, drainsItself: metadata["drain"] === true };
    });
    const reply = await this.#drains.change((drains) => decideServiceDrain(request, services, drains, clock.now()));
    if (!reply.changed) return reply;
    logFor().info(reply.message);
    this.#parts?.reporter.refresh();
    return reply;
  }

  /** Withdraws what is registered, or leaves it as its file says. Resolves in limited time. */
  async stop(): Promise<void> {
    const { stateDirectory, clock, logFor } = this.#options;
    const { address, reporter } = this.#parts ?? {};
    address?.stop();
    const left = reporter?.leaves() ?? new Map();
    const noted = left.size === 0 ? undefined : noteLeft(stateDirectory, left, clock.now(), logFor());
    await Promise.all([noted, reporter?.stop()]);
  }
}
