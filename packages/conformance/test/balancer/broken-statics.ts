import { type BalancerPlugin, ConfigError } from "@lighthouse-sd/core";
import type { BrokenBalancer } from "./broken-balancer.js";
import MembersBalancer from "./members-file/members-balancer.js";
import type { MembersConfig } from "./members-file/members-config.js";

let times = 0;

/** The members balancer with other static members. */
function withStatics(statics: Readonly<Record<string, unknown>>): BalancerPlugin<unknown> {
  class Changed extends MembersBalancer {}
  for (const [name, value] of Object.entries(statics)) Object.defineProperty(Changed, name, { value });
  return Changed;
}

/** Wrong static members. */
export const brokenStatics: readonly BrokenBalancer[] = [
  {
    fault: "lacks validateDependencies",
    plugin: withStatics({ validateDependencies: undefined }),
    breaks: "has every static member of the contract",
  },
  {
    fault: "is of another kind",
    plugin: withStatics({ kind: "check" }),
    breaks: "has every static member of the contract",
  },
  {
    fault: "has a schema that is none",
    plugin: withStatics({ configSchema: { type: "mapping" } }),
    breaks: "has schemas that are JSON Schema and can be written down as JSON",
  },
  {
    fault: "has a schema that JSON cannot hold",
    plugin: withStatics({ configSchema: { type: "object", default: undefined } }),
    breaks: "has schemas that are JSON Schema and can be written down as JSON",
  },
  {
    fault: "accepts any key in a block",
    plugin: withStatics({
      clusterSchema: { type: "object", properties: { list_draining: { type: "boolean", default: false } } },
    }),
    breaks: "accepts the blocks it is tried with, and refuses an unknown key in one",
  },
  {
    fault: "finds fault with good clusters",
    plugin: withStatics({ validateClusters: () => [{ path: [], message: "no" }] }),
    breaks: "judges clusters without changing them, and finds nothing wrong with good ones",
  },
  {
    fault: "sorts the clusters it judges",
    plugin: withStatics({ validateClusters: (_config: unknown, clusters: unknown[]) => clusters.sort().slice(0, 0) }),
    breaks: "judges clusters without changing them, and finds nothing wrong with good ones",
  },
  {
    fault: "does not find what it needs",
    plugin: withStatics({ validateDependencies: async () => false }),
    breaks: "finds what it depends on, or says what is missing",
  },
  {
    fault: "changes the configuration it validates",
    plugin: withStatics({
      validateConfig: (config: { path: string }) => Object.assign(config, MembersBalancer.validateConfig(config)),
    }),
    breaks: "validates a configuration without changing what it was given",
  },
  {
    fault: "returns the configuration it was given",
    plugin: withStatics({ validateConfig: (config: unknown) => MembersBalancer.validateConfig(config) && config }),
    breaks: "validates a configuration without changing what it was given",
  },
  {
    fault: "validates otherwise each time",
    plugin: withStatics({
      validateConfig: (config: unknown) => ({ ...MembersBalancer.validateConfig(config), path: `members${times++}` }),
    }),
    breaks: "validates a configuration without changing what it was given",
  },
  {
    fault: "does not accept what it validated",
    plugin: withStatics({
      validateConfig: (config: MembersConfig) => ({ path: `./${MembersBalancer.validateConfig(config).path}` }),
    }),
    breaks: "accepts a configuration that it has validated, as it is",
  },
  {
    fault: "names the first problem alone",
    plugin: withStatics({ validateConfig: (config: unknown) => firstProblem(config) }),
    breaks: "names every unknown key of a configuration at once",
  },
  {
    fault: "throws another error than ConfigError",
    plugin: withStatics({
      validateConfig: (config: MembersConfig) =>
        MembersBalancer.validateConfig({ ...config, path: config.path.trim() }),
    }),
    breaks: "refuses what is no configuration at all with a ConfigError",
  },
  {
    fault: "accepts everything",
    plugin: withStatics({ validateConfig: () => ({ path: "members" }) }),
    breaks: "refuses what is no configuration at all with a ConfigError",
  },
  {
    fault: "does not say where a configuration is wrong",
    plugin: withStatics({ validateConfig: (config: unknown) => withoutPlaces(config) }),
    breaks: "refuses a wrong configuration, and says where it is wrong",
  },
];

function withoutPlaces(config: unknown): MembersConfig {
  try {
    return MembersBalancer.validateConfig(config);
  } catch (error) {
    throw new ConfigError((error as ConfigError).problems.map((problem) => ({ ...problem, path: [] })));
  }
}

function firstProblem(config: unknown): MembersConfig {
  try {
    return MembersBalancer.validateConfig(config);
  } catch (error) {
    throw new ConfigError((error as ConfigError).problems.slice(0, 1));
  }
}
