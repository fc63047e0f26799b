import type { DiscoveryPlugin } from "@lighthouse-sd/core";
import type { CheckSettings, Configuration, ServiceSettings } from "../../src/config/configuration.js";
import { CALL_TIMES } from "../../src/plugin-calls.js";
import type { LeftPorts } from "../../src/reporter/left-registered.js";
import type { PortRunState } from "../../src/reporter/port-run.js";
import { Reporter } from "../../src/reporter/reporter.js";
import type { ServiceDrains } from "../../src/reporter/service-drains.js";
import type { HostAddress } from "../../src/reporter/service-node.js";
import { type FakeRegistry, fakeRegistry } from "./fake-registry.js";
import { ManualClock } from "./manual-clock.js";
import { RecordingLog } from "./recording-log.js";
import type { ScriptedCheck } from "./scripted-check.js";
import { configuration, discoverySettings } from "./settings.js";

/** This host. */
export const HERE: HostAddress = { host: "app", peer: { name: "app", ip: "10.0.0.5", port: 1024 } };

/** A reporter with a clock and a registry of its own. */
export class ReporterHouse {
  readonly clock: ManualClock;
  readonly log: RecordingLog = new RecordingLog();
  readonly registry: FakeRegistry;
  readonly reporter: Reporter;
  address: HostAddress | undefined = HERE;
  drains: ServiceDrains = new Map();
  readonly #plugin: DiscoveryPlugin<unknown>;

  constructor(options: { registry?: FakeRegistry; clock?: ManualClock; left?: LeftPorts } = {}) {
    this.registry = options.registry ?? fakeRegistry();
    this.clock = options.clock ?? new ManualClock();
    this.#plugin = this.registry.plugin;
    const contextFor = (_kind: string, name: string) => ({
      name,
      directory: "/etc/lighthouse",
      peer: HERE.peer,
      log: this.log,
      requestSync: () => undefined,
    });
    this.reporter = new Reporter({
      tools: { clock: this.clock, times: CALL_TIMES, random: () => 0.5, contextFor, checked: () => undefined },
      logFor: () => this.log,
      address: () => this.address,
      drains: () => this.drains,
      left: options.left ?? new Map(),
      onState: () => undefined,
    });
  }

  /** Puts these services in force, with the discovery `source` of this plugin and configuration. */
  async apply(
    services: readonly ServiceSettings[],
    source: { readonly plugin?: DiscoveryPlugin<unknown>; readonly config?: unknown } = {},
  ): Promise<void> {
    const discovery = discoverySettings("source", source.plugin ?? this.#plugin, source.config ?? {});
    const next: Configuration = configuration({ discoveries: [discovery], services });
    this.reporter.apply(next);
    await this.clock.advance(0);
  }

  /** What stands in the registry, by `service/name`. */
  registered(): readonly string[] {
    return [...this.registry.nodes.keys()];
  }

  port(service = "web", port = 80): PortRunState {
    const state = this.reporter
      .states()
      .find(({ name }) => name === service)
      ?.ports.find((one) => one.port === port);
    if (state === undefined) throw new Error(`no port ${port} of service ${service}`);
    return state;
  }

  /** Stops it, letting time pass for it; gives what it leaves. */
  async stop(): Promise<LeftPorts> {
    const left = this.reporter.leaves();
    const stopped = this.reporter.stop();
    await this.clock.advance(5000);
    await stopped;
    return left;
  }
}

/** services/<name>.yaml with port 80, checked every second. */
export function serviceSettings(name: string, more: Partial<ServiceSettings> = {}): ServiceSettings {
  return {
    name,
    file: `services/${name}.yaml`,
    discovery: "source",
    host: "127.0.0.1",
    ports: [80],
    metadata: {},
    withdrawOnStop: true,
    intervalMs: 1000,
    checks: new Map(),
    ...more,
  };
}

/** Checks of these plugins by name: rise 2, fall 3, 500 ms. */
export function checks(
  plugins: Readonly<Record<string, ScriptedCheck>>,
  more: Partial<CheckSettings> = {},
): ReadonlyMap<string, CheckSettings> {
  const loaded = { kind: "check", packageName: "fake", version: "1.0.0", contract: 1 } as const;
  return new Map(
    Object.entries(plugins).map(([name, { plugin }]) => [
      name,
      { name, plugin: { ...loaded, name, plugin }, config: {}, rise: 2, fall: 3, timeoutMs: 500, ...more },
    ]),
  );
}
