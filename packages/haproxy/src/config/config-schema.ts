import type { JsonSchema } from "@lighthouse-sd/core";

/** One configuration line: nothing in it may end it. */
const LINE: JsonSchema = {
  type: "string",
  pattern: "^[^\\u0000-\\u001f\\u007f]*$",
  expects: "one line of text without control characters",
};
export const LINES: JsonSchema = { type: "array", items: LINE, default: [] };
export const PARAMETERS: JsonSchema = LINE;
export const PORT: JsonSchema = { port: true, description: "A port, 1 to 65535." };
/** An address, a host name, or `*`. */
export const BIND_ADDRESS: JsonSchema = {
  type: "string",
  pattern: "^([A-Za-z0-9._*:-]+|\\[[0-9A-Fa-f:.]+\\]|)$",
  expects: "an IP address, a host name, or * for all addresses",
};
const PATH: JsonSchema = { ...LINE, minLength: 1, expects: "a path" };
/** HAProxy would put a variable's value in the place of a dollar sign. */
const SOCKET_PATH: JsonSchema = {
  ...PATH,
  pattern: "^[^\\u0000-\\u001f\\u007f$]*$",
  expects: "a path without dollar signs",
};
const NAME = "^[A-Za-z0-9._:-]+$";
const MILLISECONDS: JsonSchema = { type: "integer", minimum: 1 };

function names(values: JsonSchema, description: string): JsonSchema {
  return {
    type: "object",
    description,
    propertyNames: { pattern: NAME, expects: "a name of letters, digits, dot, underscore, colon and hyphen" },
    additionalProperties: values,
    default: {},
  };
}

const META_CLUSTER: JsonSchema = {
  type: "object",
  required: ["port"],
  additionalProperties: false,
  properties: { port: PORT, bind_address: BIND_ADDRESS, frontend: LINES },
};

const UPSTREAM: JsonSchema = {
  type: "object",
  required: ["host", "port"],
  additionalProperties: false,
  properties: {
    host: { type: "string", pattern: "^[A-Za-z0-9._:-]+$", expects: "a host name or an IP address" },
    port: PORT,
    max_conn: { type: "integer", minimum: 0 },
  },
};

const PROXY: JsonSchema = {
  type: "object",
  required: ["port", "upstreams"],
  additionalProperties: false,
  properties: {
    port: PORT,
    bind_address: BIND_ADDRESS,
    options: LINES,
    upstreams: { type: "array", items: UPSTREAM },
  },
};

const STATS: JsonSchema = {
  type: "object",
  required: ["port"],
  additionalProperties: false,
  properties: {
    port: PORT,
    bind_address: BIND_ADDRESS,
    uri: {
      type: "string",
      pattern: "^/[^\\s\\u0000-\\u001f\\u007f]*$",
      expects: "a path that begins with /",
      default: "/",
    },
    timeouts: {
      type: "object",
      description: "Milliseconds.",
      additionalProperties: false,
      properties: { connect: MILLISECONDS, client: MILLISECONDS, server: MILLISECONDS },
      default: {},
    },
  },
};

const PROCESS: JsonSchema = {
  type: "object",
  required: ["mode"],
  additionalProperties: false,
  properties: {
    mode: { enum: ["daemon", "master", "command", "none"] },
    master_socket: PATH,
    reload: { type: "array", items: { type: "string" }, minItems: 1, expects: "a program and its arguments as a list" },
    timeout: { duration: true },
  },
  default: { mode: "daemon" },
};

/** Of balancers/<name>.yaml without `type`. */
export const configSchema: JsonSchema = {
  type: "object",
  required: ["config_file", "socket_file"],
  additionalProperties: false,
  properties: {
    config_file: { ...PATH, description: "The file that is written, and that HAProxy runs on." },
    socket_file: { ...SOCKET_PATH, description: "HAProxy's admin socket." },
    pid_file: { ...PATH, description: "Where HAProxy's pid is kept; required in process mode daemon." },
    binary: { ...PATH, default: "haproxy", description: "HAProxy's program." },
    global: { ...LINES, description: "Directives of the global section." },
    defaults: { ...LINES, description: "Directives of the defaults section." },
    bind_address: { ...BIND_ADDRESS, description: "Where frontends listen that name no address; default: everywhere." },
    meta_clusters: names(META_CLUSTER, "Frontends that share one port among clusters."),
    meta_cluster_ports: names(PORT, "The older form of meta_clusters."),
    proxies: names(PROXY, "Fixed upstreams under a port of this host."),
    stats: { ...STATS, description: "HAProxy's statistics page." },
    extra_files: { type: "array", items: PATH, default: [], description: "Files HAProxy loads after config_file." },
    socket: {
      type: "object",
      additionalProperties: false,
      properties: {
        user: { type: "string", pattern: "^[A-Za-z0-9._-]+$", expects: "a user name" },
        group: { type: "string", pattern: "^[A-Za-z0-9._-]+$", expects: "a group name" },
        mode: {
          type: "string",
          pattern: "^[0-7]{3,4}$",
          expects: 'an octal mode in quotes, such as "600"',
          default: "600",
        },
      },
      default: {},
      description: "Who may use the admin socket.",
    },
    adopt: { type: "boolean", default: false, description: "Take over a config_file that something else wrote." },
    restart_interval: { duration: true, default: "2s", description: "The least time between two reloads." },
    drain: { duration: true, default: "30s", description: "How long a node that left may finish what it has." },
    resync: { duration: true, default: "30s", description: "How often all that runs is read back." },
    max_old_workers: { type: "integer", minimum: 0, default: 3, description: "Old processes that may finish." },
    hard_stop_after: { duration: "off", default: "off", description: "How long an old process may finish." },
    enforce: { type: "boolean", default: false, description: "Repair what somebody else set at run time." },
    runtime: { type: "boolean", default: true, description: "Change members in the running process where it can." },
    process: { ...PROCESS, description: "Who starts and reloads HAProxy." },
  },
};
