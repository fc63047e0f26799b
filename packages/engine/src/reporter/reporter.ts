import type { Logger } from "@lighthouse-sd/core";
import type { Configuration, ServiceSettings } from "../config/configuration.js";
import { sameDiscovery } from "../config/same-discovery.js";
import { DiscoveryLink } from "./discovery-link.js";
import type { LeftPorts } from "./left-registered.js";
import type { ReporterTools } from "./port-run.js";
import type { ServiceDrains } from "./service-drains.js";
import type { HostAddress } from "./service-node.js";
import { ServiceRun, type ServiceRunState } from "./service-run.js";

/** What a reporter needs. */
export interface ReporterOptions {
  readonly tools: ReporterTools;
  readonly logFor: (service: string) => Logger;
  /** How this host is known to others; undefined: that is not known yet. */
  readonly address: () => HostAddress | undefined;
  readonly drains: () => ServiceDrains;
  /** What the reporter before left registered a moment ago. */
  readonly left: LeftPorts;
  readonly onState: () => void;
}

/** How long a withdrawal may take at a stop, in milliseconds. */
const WITHDRAW_MS = 3500;

/** Checks the services of this host and keeps those that are up registered. */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #services = new Map<string, ServiceRun>();
  readonly #links = new Map<string, DiscoveryLink>();
  /** Services that are no longer wanted and have not been withdrawn yet. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #retiring = new Map<DiscoveryLink, Promise<void>>();
  #configuration: Configuration | undefined;
  #stopped = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Follows what `configuration` asks for from now on. What has not changed goes on undisturbed. */
  apply(configuration: Configuration): void {
    this.#configuration = configuration;
    this.refresh();
  }

  /** The host's address or the drains have changed. */
  refresh(): void {
    const configuration = this.#configuration;
    if (configuration === undefined || this.#stopped) return;
    for (const name of [...this.#services.keys()]) if (!configuration.services.has(name)) this.#remove(name);
    const links = this.#linksFor(configuration);
    for (const settings of configuration.services.values()) {
      const link = links.get(settings.discovery);
      // One that comes back while it is still being withdrawn waits for that.
      if (link !== undefined && !this.#leaving.has(settings.name)) this.#applyService(settings, link);
    }
    for (const [name, link] of this.#links) if (links.get(name) !== link) this.#retire(link);
    this.#links.clear();
    for (const [name, link] of links) this.#links.set(name, link);
    this.#options.onState();
  }

  /** All services, by name. */
  states(): readonly ServiceRunState[] {
    const drains = this.#options.drains();
    return [...this.#services].map(([name, service]) => ({
      name,
      discovery: this.#configuration?.services.get(name)?.discovery ?? "",
      drainedSince: drains.get(name) ?? null,
      ports: service.ports(),
    }));
  }

  /** What a stop would leave registered. */
  leaves(): LeftPorts {
    const left = [...this.#services].map(([name, service]) => [name, new Set(service.kept())] as const);
    return new Map(left.filter(([, ports]) => ports.size > 0));
  }

  /** Ends all checks, and withdraws what is registered or leaves it, as each service's file says. Resolves in limited
   * time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const stops = [...this.#services.values()].map((service) => service.stop(true, WITHDRAW_MS));
    await Promise.all(stops);
    for (const link of [...this.#links.values(), ...this.#retiring.keys()]) this.#retire(link, 0);
    await Promise.all(this.#retiring.values());
  }

  #applyService(settings: ServiceSettings, link: DiscoveryLink): void {
    const { tools, logFor, address, drains, left, onState } = this.#options;
    const { name } = settings;
    const known = this.#services.get(name);
    const wereUp = left.get(name) ?? new Set();
    const service = known ?? new ServiceRun({ name, wereUp, tools, log: logFor(name), onState });
    this.#services.set(name, service);
    service.apply({ settings, link, address: address(), drained: drains().has(name) });
  }

  #remove(name: string): void {
    const service = this.#services.get(name);
    this.#services.delete(name);
    if (service === undefined) return;
    const leaving = service.stop(false, Number.POSITIVE_INFINITY).finally(() => {
      this.#leaving.delete(name);
      this.refresh();
    });
    this.#leaving.set(name, leaving);
  }

  /** The links that services need, each the same as before where its discovery has not changed. */
  #linksFor({ services, discoveries }: Configuration): ReadonlyMap<string, DiscoveryLink> {
    const names = new Set([...services.values()].map(({ discovery }) => discovery));
    const { tools } = this.#options;
    return new Map(
      [...names].flatMap((name): [string, DiscoveryLink][] => {
        const settings = discoveries.get(name);
        if (settings === undefined) return [];
        const known = this.#links.get(name);
        if (known !== undefined && sameDiscovery(known.settings, settings)) return [[name, known]];
        return [[name, new DiscoveryLink({ settings, context: tools.contextFor("discovery", name), ...tools })]];
      }),
    );
  }

  #retire(link: DiscoveryLink, withinMs?: number): void {
    if (this.#retiring.has(link) && withinMs === undefined) return;
    this.#retiring.set(
      link,
      link.retire(withinMs).finally(() => this.#retiring.delete(link)),
    );
  }
}
