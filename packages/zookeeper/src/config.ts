import {
  ConfigError,
  type Duration,
  durationMs,
  type JsonSchema,
  type Problem,
  type SchemaValidator,
  schemaValidator,
} from "@lighthouse-sd/core";
import { normalPath, parseHosts, pathProblem } from "./session/server-address.js";

/** How members are written down. */
export type RecordFormatName = "lighthouse" | "nerve" | "serverset";

/** Who may do what with znodes that reporters make. */
export type AclName = "open" | "protected" | "private";

/** discovery/<name>.yaml */
export interface ZooKeeperConfig {
  /** The ensemble's servers, `host:port` each; the last may end with the path where the tree begins. */
  readonly hosts: readonly string[];
  /** Where the clusters' znodes stand. */
  readonly path: string;
  readonly username?: string;
  /** Holds the user's password. A relative path is relative to the configuration directory. */
  readonly password_file?: string;
  /** How long the servers keep the nodes of a reporter that they do not hear of. */
  readonly session_timeout: Duration;
  /** How long a server may take to answer a connection. */
  readonly connect_timeout: Duration;
  readonly format: RecordFormatName;
  /** Default: `protected` with a user, `open` without. */
  readonly acl?: AclName;
}

/** This discovery's block in clusters/<name>.yaml */
export interface ZooKeeperBlock {
  /** The znode whose children are the members; default: the cluster's name below the discovery's `path`. */
  readonly path?: string;
  readonly format?: RecordFormatName;
  /** With `format: serverset`: one of the additional endpoints, instead of the service's own. */
  readonly endpoint?: string;
}

const PATH: JsonSchema = { type: "string", minLength: 1, expects: "a path in ZooKeeper, such as /lighthouse" };
const FORMAT: JsonSchema = { enum: ["lighthouse", "nerve", "serverset"], description: "How members are written down." };

export const configSchema: JsonSchema = {
  type: "object",
  required: ["hosts", "path"],
  additionalProperties: false,
  properties: {
    hosts: {
      type: "array",
      minItems: 1,
      expects: "a list of host:port",
      items: { type: "string", minLength: 1, expects: "host:port" },
      description: "The ensemble's servers; the last may end with the path where the tree begins.",
    },
    path: { ...PATH, description: "The znode below which each cluster has its own." },
    username: {
      type: "string",
      pattern: "^[^:]+$",
      expects: "a name without a colon",
      description: "Of digest authentication.",
    },
    password_file: {
      type: "string",
      minLength: 1,
      expects: "the path of a file",
      description: "Holds the user's password; read again when it changes.",
    },
    session_timeout: {
      duration: true,
      default: "10s",
      description: "How long the servers keep the nodes of a reporter that they do not hear of.",
    },
    connect_timeout: {
      duration: true,
      default: "3s",
      description: "How long a server may take to answer a connection; at most a third of session_timeout counts.",
    },
    format: { ...FORMAT, default: "lighthouse" },
    acl: {
      enum: ["open", "protected", "private"],
      description:
        "Of znodes that reporters make: anybody may do anything, anybody may read, or only the user may do anything. Default: protected with a username, open without.",
    },
  },
};

export const clusterSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    path: { ...PATH, description: "The znode whose children are the members. Default: the cluster's name below path." },
    format: FORMAT,
    endpoint: {
      type: "string",
      minLength: 1,
      expects: "the name of an endpoint",
      description: "With format serverset: one of the additional endpoints instead of the service's own.",
    },
  },
};

const validateSchema: SchemaValidator<ZooKeeperConfig> = schemaValidator<ZooKeeperConfig>(configSchema);

/** Returns a copy with defaults filled in; throws ConfigError with every problem. */
export function validateConfig(value: unknown): ZooKeeperConfig {
  const config = validateSchema(value);
  const problems = [...hostProblems(config), ...userProblems(config), ...timeoutProblems(config)];
  const wrong = pathProblem(normalPath(config.path));
  if (wrong !== undefined) problems.push({ path: ["path"], message: wrong });
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function hostProblems({ hosts }: ZooKeeperConfig): readonly Problem[] {
  const wrong = parseHosts(hosts);
  return typeof wrong === "string" ? [{ path: ["hosts"], message: wrong }] : [];
}

function userProblems({ username, password_file, acl }: ZooKeeperConfig): readonly Problem[] {
  const problems: Problem[] = [];
  if (username !== undefined && password_file === undefined) {
    problems.push({ path: ["username"], message: 'needs "password_file" beside it' });
  }
  if (password_file !== undefined && username === undefined) {
    problems.push({ path: ["password_file"], message: 'needs "username" beside it' });
  }
  if (acl !== undefined && acl !== "open" && username === undefined) {
    problems.push({ path: ["acl"], message: `${acl} needs "username" and "password_file"` });
  }
  return problems;
}

const SHORTEST_SESSION_MS = 500;
const LONGEST_SESSION_MS = 3_600_000;

function timeoutProblems({ session_timeout }: ZooKeeperConfig): readonly Problem[] {
  const milliseconds = durationMs(session_timeout);
  if (milliseconds >= SHORTEST_SESSION_MS && milliseconds <= LONGEST_SESSION_MS) return [];
  return [{ path: ["session_timeout"], message: `must be from 500ms to 1h, got ${session_timeout}` }];
}
