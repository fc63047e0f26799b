import { ConfigError } from "@lighthouse-sd/core";
import { leakTimer } from "../leaked-timers.js";
import type { BoardConfig } from "./board/board-config.js";
import BoardDiscovery from "./board/board-discovery.js";
import { brokenAnswers } from "./broken-answers.js";
import { aborted, type BrokenDiscovery, watching, withStatics } from "./broken-discovery.js";
import { brokenReports } from "./broken-reports.js";
import { brokenWatches } from "./broken-watches.js";

let times = 0;

/** Every fault that the suite has to find. */
export const brokenDiscoveries: readonly BrokenDiscovery[] = [
  {
    fault: "is of another kind",
    plugin: withStatics({ kind: "balancer" }),
    breaks: "has every member of the contract",
  },
  {
    fault: "has a schema that is none",
    plugin: withStatics({ clusterSchema: { type: "mapping" } }),
    breaks: "has schemas that are JSON Schema and can be written down as JSON",
  },
  {
    fault: "does not find what it needs",
    plugin: withStatics({ validateDependencies: async () => false }),
    breaks: "finds what it depends on, or says what is missing",
  },
  {
    fault: "accepts any key in a block",
    plugin: withStatics({ clusterSchema: { type: "object" } }),
    breaks: "accepts the blocks it is tried with, and refuses an unknown key in one",
  },
  {
    fault: "starts a timer when it is given its configuration",
    plugin: class extends BoardDiscovery {
      override applyConfig(config: BoardConfig): void {
        super.applyConfig(config);
        leakTimer();
      }
    },
    breaks: "opens nothing when it is made and given its configuration",
  },
  {
    fault: "returns the configuration it was given",
    plugin: withStatics({ validateConfig: (config: unknown) => BoardDiscovery.validateConfig(config) && config }),
    breaks: "validates a configuration without changing what it was given",
  },
  {
    fault: "validates otherwise each time",
    plugin: withStatics({
      validateConfig: (config: unknown) => ({ port: BoardDiscovery.validateConfig(config).port + times++ }),
    }),
    breaks: "accepts a configuration that it has validated, as it is",
  },
  {
    fault: "names the first problem alone",
    plugin: withStatics({ validateConfig: (config: unknown) => failing(config, (all) => all.slice(0, 1)) }),
    breaks: "names every unknown key of a configuration at once",
  },
  {
    fault: "accepts everything",
    plugin: withStatics({ validateConfig: () => ({ port: 1 }) }),
    breaks: "refuses what is no configuration at all with a ConfigError",
  },
  {
    fault: "does not say where a configuration is wrong",
    plugin: withStatics({
      validateConfig: (config: unknown) => failing(config, (all) => all.map((problem) => ({ ...problem, path: [] }))),
    }),
    breaks: "refuses a wrong configuration, and says where it is wrong",
  },
  ...brokenAnswers,
  ...brokenWatches,
  ...brokenReports,
  {
    fault: "leaves a timer running",
    plugin: watching(({ right }) => {
      leakTimer();
      return right();
    }),
    breaks: "stops, twice if need be, and leaves nothing running in this process",
  },
  {
    fault: "can be stopped once",
    plugin: class extends BoardDiscovery {
      #stopped = false;
      override async stop(): Promise<void> {
        if (this.#stopped) throw new Error("stopped already");
        this.#stopped = true;
      }
    },
    breaks: "stops, twice if need be, and leaves nothing running in this process",
  },
  {
    fault: "cannot be stopped before it was given a configuration",
    plugin: class extends BoardDiscovery {
      #config: BoardConfig | undefined;
      override applyConfig(config: BoardConfig): void {
        this.#config = config;
        super.applyConfig(config);
      }
      override async stop(): Promise<void> {
        if (this.#config === undefined) throw new Error("no configuration");
      }
    },
    breaks: "stops before it has ever watched, or been given a configuration",
  },
  {
    fault: "ends other instances' watches with its own",
    plugin: endingAll(),
    breaks: "lets another instance on the same source go on when it stops",
  },
];

function failing(config: unknown, change: (all: ConfigError["problems"]) => ConfigError["problems"]): BoardConfig {
  try {
    return BoardDiscovery.validateConfig(config);
  } catch (error) {
    throw new ConfigError(change((error as ConfigError).problems));
  }
}

function endingAll(): BrokenDiscovery["plugin"] {
  const end = new AbortController();
  return watching(async ({ signal, right }) => {
    signal.addEventListener("abort", () => end.abort());
    await right({ signal: end.signal });
    await aborted(signal);
  });
}
