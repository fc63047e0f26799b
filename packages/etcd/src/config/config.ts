import {
  ConfigError,
  type Duration,
  durationMs,
  type JsonSchema,
  type Problem,
  type SchemaValidator,
  schemaValidator,
} from "@lighthouse-sd/core";
import { hostProblems } from "./hosts.js";

/** discovery/<name>.yaml */
export interface EtcdDiscoveryConfig {
  /** `host`, `host:port` or a URL of each member; all of one cluster. */
  readonly hosts: readonly string[];
  /** What the keys of all clusters begin with, without a slash at its end. */
  readonly prefix: string;
  readonly username?: string;
  /** The file with the user's password; a relative path is relative to the configuration directory. */
  readonly password_file?: string;
  readonly tls?: EtcdTls;
  /** How long a node stays registered after its reporter has died. */
  readonly lease: Duration;
}

/** How members are spoken to over TLS. Relative paths are relative to the configuration directory. */
export interface EtcdTls {
  /** The certificates that may sign a member's; without it those that Node.js trusts. */
  readonly ca_file?: string;
  /** This host's own certificate, for members that ask for one. */
  readonly cert_file?: string;
  readonly key_file?: string;
  /** The name in the members' certificates, where it is not the one in `hosts`. */
  readonly server_name?: string;
}

const LEASE_MS = { least: 2_000, most: 3_600_000 };

const PATH: JsonSchema = { type: "string", minLength: 1, expects: "the path of a file" };

export const configSchema: JsonSchema = {
  type: "object",
  required: ["hosts"],
  additionalProperties: false,
  properties: {
    hosts: {
      type: "array",
      minItems: 1,
      expects: "a list of members such as etcd1.example.com:2379",
      items: { type: "string", minLength: 1, expects: "a member such as etcd1.example.com:2379" },
      description: "All members of the etcd cluster: host, host:port (default 2379) or URL.",
    },
    prefix: {
      type: "string",
      minLength: 1,
      default: "/lighthouse",
      expects: "what keys begin with, such as /lighthouse",
      description: "Nodes are found at <prefix>/<cluster>/<host>:<port>.",
    },
    username: { type: "string", minLength: 1, expects: "a user name", description: "The user that etcd knows." },
    password_file: { ...PATH, description: "File with the user's password; read again at every login." },
    tls: {
      type: "object",
      additionalProperties: false,
      description: "Speak TLS to the members; {} for certificates that Node.js trusts.",
      properties: {
        ca_file: { ...PATH, description: "PEM file with the certificates that may sign a member's." },
        cert_file: { ...PATH, description: "PEM file with this host's own certificate." },
        key_file: { ...PATH, description: "PEM file with the key of cert_file." },
        server_name: {
          type: "string",
          minLength: 1,
          expects: "a host name",
          description: "The name in the members' certificates, where it is not the one in hosts.",
        },
      },
    },
    lease: {
      duration: true,
      default: "15s",
      description: "How long a node stays registered after its reporter has died (2s to 1h).",
    },
  },
};

const validateSchema = schemaValidator<EtcdDiscoveryConfig>(configSchema);

/** Returns `config` with defaults filled in; throws ConfigError with every problem. */
export const validateConfig: SchemaValidator<EtcdDiscoveryConfig> = (value) => {
  const config = validateSchema(value);
  const { username, password_file, tls } = config;
  const problems = [
    ...hostProblems(config.hosts, tls !== undefined),
    ...pairProblems({ username, password_file }, []),
    ...pairProblems({ cert_file: tls?.cert_file, key_file: tls?.key_file }, ["tls"]),
    ...leaseProblems(config.lease),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...config, prefix: config.prefix.replace(/\/+$/, "") };
};

/** Two keys that mean nothing without each other. */
function pairProblems(pair: Readonly<Record<string, unknown>>, path: readonly string[]): readonly Problem[] {
  const names = Object.keys(pair);
  const missing = names.filter((name) => pair[name] === undefined);
  if (missing.length !== 1) return [];
  const set = names.find((name) => pair[name] !== undefined);
  return [{ path, message: `"${missing[0]}" is required where "${set}" is set` }];
}

function leaseProblems(lease: Duration): readonly Problem[] {
  const ms = durationMs(lease);
  if (ms >= LEASE_MS.least && ms <= LEASE_MS.most) return [];
  return [{ path: ["lease"], message: `must be a duration from 2s to 1h, got ${JSON.stringify(lease)}` }];
}
