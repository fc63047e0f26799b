import type { JsonSchema } from "@lighthouse-sd/core";
import { CLUSTER_SCHEMA } from "../config/cluster-file.js";
import { LOGGING_SCHEMA } from "../config/logging-file.js";
import { RUNNER_SCHEMA } from "../config/runner-file.js";
import { CHECK_PROPERTIES, SERVICE_SCHEMA } from "../config/service-file.js";
import type { LoadedPlugin } from "../plugins/loaded-plugin.js";
import { standardSchema } from "./standard-schema.js";

/** What kinds of files there are. */
export const FILE_KINDS = ["runner", "logging", "balancer", "discovery", "cluster", "service"] as const;

/** One of them. */
export type FileKind = (typeof FILE_KINDS)[number];

const DRAFT = "http://json-schema.org/draft-07/schema#";
const NAME: JsonSchema = { type: "string", description: "in place of the file's own name" };

const PYTHON_VERSION: JsonSchema = {
  const: 1,
  description: "Of a Python logging configuration, of which the level of `root` is taken.",
};

type Properties = Readonly<Record<string, JsonSchema>>;

/** The schema of a file that is the same wherever plugins are concerned. */
export function ownSchema(kind: "runner" | "logging"): JsonSchema {
  if (kind === "runner") return titled("runner.yaml", RUNNER_SCHEMA);
  // A Python dictConfig is taken as well, of which nothing is to be completed.
  const older: JsonSchema = { type: "object", required: ["version"], properties: { version: PYTHON_VERSION } };
  return titled("logging.yaml", { anyOf: [LOGGING_SCHEMA, older] });
}

/** The schema of the file of an instance of `plugin`. */
export function instanceSchema({ kind, name, plugin }: LoadedPlugin<"balancer" | "discovery">): JsonSchema {
  const { configSchema } = plugin;
  const type: JsonSchema = { type: "string", description: `the plugin: ${name}; default: the file's name` };
  const folder = kind === "balancer" ? "balancers" : "discovery";
  const properties = { type, name: NAME, ...propertiesOf(configSchema) };
  return titled(`${folder}/<name>.yaml of ${name}`, { ...configSchema, properties });
}

/** The schema of a cluster's file, with the blocks of instances that have their plugin's name. */
export function clusterSchema(plugins: readonly LoadedPlugin[]): JsonSchema {
  const blocks = new Map<string, JsonSchema[]>();
  for (const { name, plugin } of plugins) {
    if (!("clusterSchema" in plugin) || plugin.clusterSchema === undefined) continue;
    blocks.set(name, [...(blocks.get(name) ?? []), plugin.clusterSchema]);
  }
  const known = [...blocks].map(([name, [only = {}, ...others]]) => {
    return [name, others.length === 0 ? only : { anyOf: [only, ...others] }] as const;
  });
  return titled("clusters/<name>.yaml", {
    ...CLUSTER_SCHEMA,
    properties: { ...Object.fromEntries(known), ...propertiesOf(CLUSTER_SCHEMA) },
    additionalProperties: {
      type: ["object", "null"],
      description: "The block of a balancer or discovery of this name.",
    },
  });
}

/** The schema of a service's file, with the blocks of checks that have their plugin's name. */
export function serviceSchema(checks: readonly LoadedPlugin<"check">[]): JsonSchema {
  const properties = propertiesOf(SERVICE_SCHEMA);
  const { checks: own = {}, ...others } = properties;
  const known = checks.map(({ name, plugin: { configSchema } }) => {
    return [name, { ...configSchema, properties: { ...CHECK_PROPERTIES, ...propertiesOf(configSchema) } }] as const;
  });
  const all = { ...own, properties: { ...Object.fromEntries(known), ...propertiesOf(own) } };
  return titled("services/<name>.yaml", { ...SERVICE_SCHEMA, properties: { ...others, checks: all } });
}

function propertiesOf(schema: JsonSchema): Properties {
  return (schema["properties"] ?? {}) as Properties;
}

function titled(title: string, schema: JsonSchema): JsonSchema {
  return { $schema: DRAFT, title, ...standardSchema(schema) };
}
