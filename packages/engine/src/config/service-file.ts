import {
  ConfigError,
  durationMs,
  isConfigError,
  type JsonObject,
  type JsonSchema,
  nearestWord,
  type Problem,
  parseDuration,
  parseNode,
  schemaValidator,
} from "@lighthouse-sd/core";
import { isMapping } from "../is-mapping.js";
import type { CheckSettings, ServiceSettings } from "./configuration.js";
import { isName, NAME_RULE, NAME_SCHEMA } from "./directory-layout.js";

/** The shortest interval and time limit of a check, in milliseconds. */
const SHORTEST_MS = 10;
/** The longest time limit that a check has unless its block gives another, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 5000;
/** Keys of a check's block that are the engine's; `type` names the plugin. */
const CHECK_KEYS = ["type", "rise", "fall", "timeout"];

/** What the engine itself takes in a check's block. */
export const CHECK_PROPERTIES: Readonly<Record<string, JsonSchema>> = {
  type: {
    type: "string",
    minLength: 1,
    expects: "the name of a check plugin",
    description: "The check. Default: the key's own name.",
  },
  rise: { type: "integer", minimum: 1, default: 2, description: "Passes in a row after which it counts as passed." },
  fall: { type: "integer", minimum: 1, default: 3, description: "Failures in a row after which it counts as failed." },
  timeout: { duration: true, description: "How long it may take. Default: `interval`, at most 5s." },
};

/** Of services/<name>.yaml; what else stands in the blocks of `checks` is their plugins' own. */
export const SERVICE_SCHEMA: JsonSchema = {
  type: "object",
  required: ["discovery"],
  additionalProperties: false,
  properties: {
    name: {
      ...NAME_SCHEMA,
      description: "What it is registered as. Default: the file's name.",
    },
    discovery: {
      type: "string",
      minLength: 1,
      expects: "the name of a discovery",
      description: "The discovery that it is registered in.",
    },
    host: {
      type: "string",
      pattern: "^[A-Za-z0-9._:-]+$",
      expects: "a host name or an IP address",
      default: "127.0.0.1",
      description: "Where it is checked.",
    },
    port: { port: true, description: "Its port; this or `ports` is required." },
    ports: {
      type: "array",
      minItems: 1,
      items: { port: true },
      expects: "a list of ports",
      description: "Several, each registered as a node of its own.",
    },
    metadata: {
      type: ["object", "null"],
      expects: "a mapping of keys to values",
      description: "What others learn of it: `weight`, `backup` and `drain` are known to every balancer.",
    },
    withdraw_on_stop: {
      type: "boolean",
      default: true,
      description: "False: it stays registered for a while when the runner stops, for a restart.",
    },
    checks: {
      type: ["object", "null"],
      expects: "a mapping of checks, with their interval",
      default: {},
      description: "What says whether it is up: all checks have to pass. None: it is always up.",
      properties: { interval: { duration: true, default: "2s", description: "The time between two checks." } },
      additionalProperties: {
        type: ["object", "null"],
        expects: "a check's own mapping",
        description: "A check, by its plugin's name, with that one's own keys.",
        properties: CHECK_PROPERTIES,
      },
    },
  },
};

/** What a service's file says without the plugins of its checks. */
export interface ServiceHead extends Omit<ServiceSettings, "name" | "file" | "checks"> {
  /** By name. */
  readonly checks: ReadonlyMap<string, CheckHead>;
}

/** The engine's part of a check's block. */
export interface CheckHead extends Pick<CheckSettings, "rise" | "fall" | "timeoutMs"> {
  /** The plugin's part. */
  readonly own: Readonly<Record<string, unknown>>;
}

interface ValidFile {
  readonly discovery: string;
  readonly host: string;
  readonly port?: number;
  readonly ports?: readonly number[];
  readonly metadata?: JsonObject | null;
  readonly withdraw_on_stop: boolean;
  readonly checks: Readonly<Record<string, unknown>> | null;
}

type CheckBlock = Readonly<Record<string, unknown>> & { readonly rise: number; readonly fall: number };

const validate = schemaValidator<ValidFile>(SERVICE_SCHEMA);

/** The blocks of a service's checks by their names, as far as they can be told apart in a file with mistakes. */
export function checkBlocks(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, Record<string, unknown>> {
  const { checks } = value;
  if (!isMapping(checks)) return new Map();
  const blocks = Object.entries(checks).filter(([name]) => name !== "interval");
  return new Map(
    blocks.flatMap(([name, block]) => {
      const own = block === null ? {} : block;
      return isName(name) && isMapping(own) ? [[name, own] as const] : [];
    }),
  );
}

/** The plugin's part of a check's block. */
export function ownPart(block: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(block).filter(([key]) => !CHECK_KEYS.includes(key)));
}

/** Reads the parts of a service's file that are the engine's. Throws ConfigError, with what the schema cannot see as
 * well. */
export function readServiceHead(value: Readonly<Record<string, unknown>>): ServiceHead {
  const problems: Problem[] = [];
  let valid: ValidFile | undefined;
  try {
    valid = validate(value);
  } catch (error) {
    if (!isConfigError(error)) throw error;
    problems.push(...error.problems.map((problem) => withIntervalMeant(problem, value)));
  }
  problems.push(...portProblems(value), ...durationProblems(value), ...nameProblems(value), ...metadataProblems(value));
  if (valid === undefined || problems.length > 0) throw new ConfigError(problems);
  const { discovery, host, port, ports = [], metadata, withdraw_on_stop: withdrawOnStop } = valid;
  const intervalMs = durationMs((valid.checks?.["interval"] as string | number | undefined) ?? "2s");
  return {
    discovery,
    host,
    ports: [...new Set(port === undefined ? ports : [port, ...ports])],
    metadata: metadata ?? {},
    withdrawOnStop,
    intervalMs,
    checks: new Map([...checkBlocks(value)].map(([name, block]) => [name, checkHead(block, intervalMs)])),
  };
}

/** What Lighthouse 1.0.0 took and balancers will not use as it is meant. */
export function metadataNotices(head: ServiceHead): readonly Problem[] {
  const read = parseNode({ ip: "10.0.0.1", port: 1, metadata: head.metadata });
  return "reason" in read ? [] : read.dropped.map((message) => ({ path: ["metadata"], message }));
}

/** A problem of a check's own block where a key of the engine's was nearly typed: says so. */
export function withKeyMeant(problem: Problem): Problem {
  const [key] = problem.path;
  if (problem.atKey !== true || problem.path.length !== 1 || typeof key !== "string") return problem;
  const nearest = nearestWord(key, CHECK_KEYS);
  if (nearest === undefined || problem.message.includes("did you mean")) return problem;
  return { ...problem, message: `unknown key "${key}"; did you mean "${nearest}"?` };
}

function checkHead(block: Readonly<Record<string, unknown>>, intervalMs: number): CheckHead {
  const { rise, fall, timeout } = schemaValidator<CheckBlock>({ type: "object", properties: CHECK_PROPERTIES })(block);
  const given = timeout as string | number | undefined;
  return {
    rise,
    fall,
    timeoutMs: given === undefined ? Math.min(intervalMs, DEFAULT_TIMEOUT_MS) : durationMs(given),
    own: ownPart(block),
  };
}

function withIntervalMeant(problem: Problem, value: Readonly<Record<string, unknown>>): Problem {
  const [first, key] = problem.path;
  if (first !== "checks" || problem.path.length !== 2 || typeof key !== "string" || key === "interval") return problem;
  if (Object.hasOwn(value["checks"] as object, "interval") || nearestWord(key, ["interval"]) === undefined)
    return problem;
  return { path: problem.path, message: `unknown key "${key}"; did you mean "interval"?`, atKey: true };
}

function portProblems({ port, ports }: Readonly<Record<string, unknown>>): readonly Problem[] {
  if (port !== undefined || ports !== undefined) return [];
  return [{ path: [], message: '"port" or "ports" is required' }];
}

function durationProblems({ checks }: Readonly<Record<string, unknown>>): readonly Problem[] {
  if (!isMapping(checks)) return [];
  const given: [readonly string[], unknown][] = [[["checks", "interval"], checks["interval"]]];
  for (const [name, block] of Object.entries(checks)) {
    if (name !== "interval" && isMapping(block)) given.push([["checks", name, "timeout"], block["timeout"]]);
  }
  return given.flatMap(([path, value]) => {
    const milliseconds = parseDuration(value);
    if (typeof milliseconds !== "number" || milliseconds >= SHORTEST_MS) return [];
    return [{ path, message: `must be at least ${SHORTEST_MS}ms, got ${JSON.stringify(value)}` }];
  });
}

function nameProblems({ checks }: Readonly<Record<string, unknown>>): readonly Problem[] {
  const names = isMapping(checks) ? Object.keys(checks).filter((name) => !isName(name)) : [];
  return names.map((name) => ({ path: ["checks", name], message: `a check must have ${NAME_RULE}`, atKey: true }));
}

/** Whoever reads the registry would not take such a node. */
function metadataProblems({ metadata }: Readonly<Record<string, unknown>>): readonly Problem[] {
  if (!isMapping(metadata)) return [];
  const read = parseNode({ ip: "10.0.0.1", port: 1, metadata });
  return "reason" in read ? [{ path: ["metadata"], message: read.reason.replace(/^metadata /, "") }] : [];
}
