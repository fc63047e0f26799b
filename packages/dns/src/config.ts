import {
  ConfigError,
  type Duration,
  durationMs,
  type JsonSchema,
  type Problem,
  type SchemaValidator,
  schemaValidator,
} from "@lighthouse-sd/core";
import { DNS_NAME_PATTERN } from "./dns-name.js";
import { addressProblems } from "./server-address.js";

/** Less would be a storm of questions, in milliseconds. */
const SHORTEST_MS = 50;

/** discovery/<name>.yaml */
export interface DnsDiscoveryConfig {
  /** Name servers to ask, `ip` or `ip:port`, the first one first. Undefined: those of /etc/resolv.conf. */
  readonly servers?: readonly string[];
  /** How long one server may take to answer one question. */
  readonly timeout: Duration;
  /** How often all servers are asked before a question counts as unanswered. */
  readonly attempts: number;
  /** A shorter TTL counts as this long. */
  readonly min_ttl: Duration;
  /** A longer TTL counts as this long. */
  readonly max_ttl: Duration;
}

/** Which addresses of a name count: `auto`: IPv4, and IPv6 where there is none. */
export type Family = "auto" | "ipv4" | "ipv6" | "both";

/** The block of a cluster: either `srv`, or `host` and `port`. */
export interface DnsBlock {
  /** The name of SRV records. */
  readonly srv?: string;
  /** The name of address records. */
  readonly host?: string;
  /** The port of every node found by `host`. */
  readonly port?: number;
  readonly family: Family;
  /** How long, at least, a node stays that answers no longer name. Undefined: its TTL. */
  readonly keep?: Duration;
}

export const configSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    servers: {
      type: "array",
      minItems: 1,
      items: { type: "string", minLength: 1, expects: "an IP address, with a port where it is not 53" },
      expects: "a list of IP addresses",
      description: "Name servers to ask: ip, ip:port, [ipv6]:port. Default: those of /etc/resolv.conf.",
    },
    timeout: {
      duration: true,
      default: "2s",
      description: "How long one server may take to answer one question.",
    },
    attempts: {
      type: "integer",
      minimum: 1,
      maximum: 10,
      default: 2,
      description: "How often all servers are asked before a question counts as unanswered.",
    },
    min_ttl: { duration: true, default: "5s", description: "A shorter TTL counts as this long." },
    max_ttl: { duration: true, default: "60s", description: "A longer TTL counts as this long." },
  },
};

const NAME = { type: "string", pattern: DNS_NAME_PATTERN, expects: "a DNS name" };

export const clusterSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  oneOf: [
    { required: ["srv"], properties: { host: false, port: false } },
    { required: ["host", "port"], properties: { srv: false } },
  ],
  expects: "srv: <name>, or host: <name> with port: <number>",
  properties: {
    srv: { ...NAME, description: "The name of the cluster's SRV records: _http._tcp.web.example.com." },
    host: { ...NAME, description: "The name whose addresses are the cluster's nodes." },
    port: { port: true, description: "The port of every node found by host." },
    family: {
      enum: ["auto", "ipv4", "ipv6", "both"],
      default: "auto",
      description: "Which addresses count; auto: IPv4, and IPv6 where there is none.",
    },
    keep: {
      duration: true,
      description: "How long, at least, a node stays that answers no longer name. Default: its TTL.",
    },
  },
};

const validate = schemaValidator<DnsDiscoveryConfig>(configSchema);

/** Returns a copy with defaults filled in; throws ConfigError with every problem. */
export const validateConfig: SchemaValidator<DnsDiscoveryConfig> = (value) => {
  const config = validate(value);
  const problems = [...addressProblems(config.servers ?? []), ...limitProblems(config)];
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
};

/** What the schema cannot see. */
function limitProblems(config: DnsDiscoveryConfig): readonly Problem[] {
  const problems: Problem[] = [];
  for (const key of ["timeout", "min_ttl"] as const) {
    if (durationMs(config[key]) < SHORTEST_MS) {
      problems.push({ path: [key], message: `must be at least ${SHORTEST_MS}ms, got ${JSON.stringify(config[key])}` });
    }
  }
  if (durationMs(config.max_ttl) < durationMs(config.min_ttl)) {
    problems.push({
      path: ["max_ttl"],
      message: `must not be shorter than min_ttl (${config.min_ttl}), got ${config.max_ttl}`,
    });
  }
  return problems;
}
