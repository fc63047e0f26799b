import {
  ConfigError,
  canonicalIp,
  isConfigError,
  type JsonSchema,
  type Problem,
  parseDuration,
  schemaValidator,
  unusableIp,
} from "@lighthouse-sd/core";
import { parseListenAddress } from "../http/listen-address.js";
import { isMapping } from "../is-mapping.js";
import type { RunnerSettings } from "./configuration.js";

/** Of runner.yaml. */
export const RUNNER_SCHEMA: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    http: {
      type: "object",
      additionalProperties: false,
      default: {},
      properties: {
        listen: {
          anyOf: [{ const: "off" }, { type: "string" }],
          default: "127.0.0.1:9470",
          expects: "ADDRESS:PORT or off",
          description:
            "Where HTTP is answered, as ADDRESS:PORT, or `off`. An address beyond loopback needs `token_file`.",
        },
        token_file: {
          type: "string",
          minLength: 1,
          expects: "the path of a file",
          description: "A file with the token that lets others in: at least 16 characters, no spaces.",
        },
      },
    },
    state_dir: {
      type: "string",
      minLength: 1,
      expects: "the path of a directory",
      description:
        "Where state is kept. Default: `$STATE_DIRECTORY`, else a folder of the XDG state directory for each " +
        "configuration directory.",
    },
    settle: {
      type: "object",
      additionalProperties: false,
      default: {},
      properties: {
        min: {
          duration: true,
          default: "20ms",
          description: "Quiet time that ends a burst of events.",
        },
        max: {
          duration: true,
          default: "500ms",
          description: "The longest an event waits for quiet.",
        },
      },
    },
    name: {
      type: "string",
      pattern: "^[A-Za-z0-9._-]+$",
      expects: "a host name",
      description: "How its peers call this host, and its services' nodes. Default: the host's name.",
    },
    ip: {
      type: "string",
      expects: "an IPv4 or IPv6 address",
      description:
        "Where its peers reach this host, and its services are reached. Default: the address of the default route.",
    },
    peer_port: {
      port: true,
      default: 1024,
      description: "The port at which its peers reach it.",
    },
  },
};

const validate = schemaValidator<RunnerSettings>(RUNNER_SCHEMA);

/** The runner's settings, defaults filled in. Throws ConfigError, with what the schema cannot see as well. */
export function readRunnerFile(value: unknown): RunnerSettings {
  let settings: RunnerSettings | undefined;
  const problems: Problem[] = [];
  try {
    settings = validate(value);
  } catch (error) {
    if (!isConfigError(error)) throw error;
    problems.push(...error.problems);
  }
  const given = settings ?? asFarAsItGoes(value);
  problems.push(...listenProblems(given.http), ...settleProblems(given.settle), ...ipProblems(given.ip));
  if (settings === undefined || problems.length > 0) throw new ConfigError(problems);
  const ip = settings.ip === undefined ? undefined : canonicalIp(settings.ip);
  return ip === undefined ? settings : { ...settings, ip };
}

interface Given {
  readonly http?: { readonly listen?: unknown; readonly token_file?: unknown };
  readonly settle?: { readonly min?: unknown; readonly max?: unknown };
  readonly ip?: unknown;
}

function asFarAsItGoes(value: unknown): Given {
  const { http, settle, ip } = value as Record<string, unknown>;
  return { http: isMapping(http) ? http : {}, settle: isMapping(settle) ? settle : {}, ip };
}

function listenProblems({ listen, token_file: tokenFile }: NonNullable<Given["http"]> = {}): readonly Problem[] {
  if (typeof listen !== "string") return [];
  const parsed = parseListenAddress(listen, tokenFile !== undefined);
  const wrong = typeof parsed === "object" && "wrong" in parsed;
  return wrong ? [{ path: ["http", "listen"], message: parsed.wrong }] : [];
}

function settleProblems({ min, max }: NonNullable<Given["settle"]> = {}): readonly Problem[] {
  const [shortest, longest] = [parseDuration(min), parseDuration(max)];
  if (typeof shortest !== "number" || typeof longest !== "number" || shortest <= longest) return [];
  return [{ path: ["settle", "min"], message: `must not be longer than settle.max (${max}), got ${min}` }];
}

function ipProblems(given: unknown): readonly Problem[] {
  if (typeof given !== "string") return [];
  const ip = canonicalIp(given);
  const wrong = ip === undefined ? "is no IP address" : unusableIp(ip);
  if (wrong === undefined) return [];
  return [{ path: ["ip"], message: `must be this host's IPv4 or IPv6 address; ${given} ${wrong}` }];
}
