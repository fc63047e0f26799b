import type { JsonSchema, Problem } from "@lighthouse-sd/core";
import type { LoadedPlugin } from "../plugins/loaded-plugin.js";
import { isUnusable } from "../plugins/plugin-finder.js";
import type { CheckSettings, ServiceSettings } from "./configuration.js";
import { checkInstance, configProblems } from "./instance-file.js";
import {
  checkBlocks,
  metadataNotices,
  ownPart,
  readServiceHead,
  SERVICE_SCHEMA,
  type ServiceHead,
  withKeyMeant,
} from "./service-file.js";
import type { FoundPlugins, WantedPlugin } from "./wanted-plugins.js";

/** What a service's file says, or what is wrong with it. */
export interface ReadService {
  /** Undefined: it has problems. `name` is not known here. */
  readonly settings: Omit<ServiceSettings, "name"> | undefined;
  readonly problems: readonly Problem[];
  readonly notices: readonly Problem[];
  /** Of the whole file, the plugins' parts included. */
  readonly schema: JsonSchema;
}

const UNCHECKED = "has no checks: it is always up, whether it works or not";

/** The check plugins that a service's file asks for; `key` is the check's name. */
export function wantedChecks(value: Readonly<Record<string, unknown>>): readonly WantedPlugin[] {
  return [...checkBlocks(value)].flatMap(([key, block]) => {
    const type = block["type"] ?? key;
    return typeof type === "string" ? [{ key, kind: "check" as const, type }] : [];
  });
}

/** Reads a service's file; `plugins` is what was found for `wantedChecks`, by the check's name. */
export function readService(
  file: string,
  value: Readonly<Record<string, unknown>>,
  plugins: FoundPlugins,
): ReadService {
  const problems: Problem[] = [];
  let head: ServiceHead | undefined;
  try {
    head = readServiceHead(value);
  } catch (error) {
    const found = configProblems(error);
    if (found === undefined) throw error;
    problems.push(...found);
  }
  const schemas: Record<string, JsonSchema> = {};
  const checks = new Map<string, CheckSettings>();
  for (const [name, block] of checkBlocks(value)) {
    const check = readCheck(name, block, plugins);
    if (check.plugin !== undefined) schemas[name] = check.plugin.plugin.configSchema;
    problems.push(...check.problems);
    const own = head?.checks.get(name);
    if (own === undefined || check.plugin === undefined || check.problems.length > 0) continue;
    const { rise, fall, timeoutMs } = own;
    checks.set(name, { name, plugin: check.plugin, config: check.config, rise, fall, timeoutMs });
  }
  const schema = wholeSchema(schemas);
  if (head === undefined || problems.length > 0) return { settings: undefined, problems, notices: [], schema };
  const unchecked: readonly Problem[] = checks.size === 0 ? [{ path: [], message: UNCHECKED }] : [];
  const settings = { ...head, file, checks };
  return { settings, problems, notices: [...unchecked, ...metadataNotices(head)], schema };
}

interface ReadCheck {
  readonly plugin: LoadedPlugin<"check"> | undefined;
  readonly config: unknown;
  readonly problems: readonly Problem[];
}

function readCheck(name: string, block: Readonly<Record<string, unknown>>, plugins: FoundPlugins): ReadCheck {
  const found = plugins.get(name);
  const path = block["type"] === undefined ? ["checks", name] : ["checks", name, "type"];
  // A type that is no text is told of by the schema.
  if (found === undefined) return { plugin: undefined, config: undefined, problems: [] };
  if (isUnusable(found)) {
    return {
      plugin: undefined,
      config: undefined,
      problems: [{ path, message: found.reason, atKey: path.length === 2 }],
    };
  }
  const plugin = found as LoadedPlugin<"check">;
  const checked = checkInstance(plugin, ownPart(block));
  if ("config" in checked) return { plugin, config: checked.config, problems: [] };
  const problems = checked.problems.map(withKeyMeant);
  return {
    plugin,
    config: undefined,
    problems: problems.map((problem) => ({ ...problem, path: ["checks", name, ...problem.path] })),
  };
}

/** The service's schema with those of its checks in their places, for what is asked of words in the text. */
function wholeSchema(own: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const properties = SERVICE_SCHEMA["properties"] as Readonly<Record<string, JsonSchema>>;
  const checks = properties["checks"] ?? {};
  const known = checks["properties"] as Readonly<Record<string, JsonSchema>>;
  const blocks = Object.entries(own).map(([name, schema]) => {
    return [name, { anyOf: [checks["additionalProperties"], schema] }] as const;
  });
  const merged = { ...checks, properties: { ...known, ...Object.fromEntries(blocks) } };
  return { ...SERVICE_SCHEMA, properties: { ...properties, checks: merged } };
}
