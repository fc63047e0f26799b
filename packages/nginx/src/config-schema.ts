import type { JsonSchema } from "@lighthouse-sd/core";

const path = { type: "string", minLength: 1 };
const count = { type: "integer", minimum: 0, maximum: 1_000_000, expects: "an integer from 0 to 1000000" };

/** The schema of balancers/<name>.yaml. */
export const configSchema: JsonSchema = {
  type: "object",
  required: ["directory"],
  additionalProperties: false,
  properties: {
    directory: {
      ...path,
      expects: "the path of a directory",
      description: "Where the upstreams go, one file `<cluster>.conf` for each cluster; nginx has to include them.",
    },
    binary: { ...path, default: "nginx", expects: "a program", description: "The program: a path, or a name on PATH." },
    config_file: {
      ...path,
      expects: "the path of a file",
      description: "The file that nginx starts from. Default: the one it was built with.",
    },
    pid_file: {
      ...path,
      expects: "the path of a file",
      description:
        "Where the running nginx writes its process id. Default: `/run/nginx.pid`; none where `reload` is given.",
    },
    reload: {
      type: "array",
      items: { type: "string" },
      minItems: 1,
      expects: "a program and its arguments",
      description: "Has nginx load its files, in place of a SIGHUP to the process of `pid_file`.",
    },
    timeout: {
      duration: true,
      default: "30s",
      description: "How long nginx may take to judge its files, and to replace its workers.",
    },
    reload_interval: { duration: "off", default: "1s", description: "The least time between two reloads." },
    resync: {
      duration: true,
      default: "30s",
      description: "How often the files are looked at although nobody came or went.",
    },
  },
};

/** The schema of a cluster's block. Nothing that it lets through can end a directive of nginx or begin another one. */
export const clusterSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    upstream: {
      type: "string",
      pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$",
      expects: "letters, digits, dots, _ and -",
      description: "What `proxy_pass` calls the members. Default: the cluster's name.",
    },
    method: {
      type: "string",
      pattern:
        "^(round_robin|least_conn|ip_hash|random|random two|random two least_conn|hash [$A-Za-z0-9_.:/-]+( consistent)?)$",
      expects: "round_robin, least_conn, ip_hash, random, random two, random two least_conn or hash <key> [consistent]",
      default: "round_robin",
      description:
        "Who gets a request: `round_robin`, `least_conn`, `ip_hash`, `random`, `random two`, `random two least_conn`, `hash <key>` or `hash <key> consistent`.",
    },
    weight: {
      type: "integer",
      minimum: 1,
      maximum: 256,
      expects: "an integer from 1 to 256",
      description: "The weight of members that give none.",
    },
    max_fails: {
      ...count,
      description:
        "Failures within `fail_timeout` after which a member is left alone for as long; 0: never. nginx's default: 1.",
    },
    fail_timeout: {
      duration: true,
      description: "See `max_fails`; whole seconds are the least. nginx's default: 10s.",
    },
    max_conns: { ...count, description: "Most connections to one member at a time; 0: any number." },
    keepalive: {
      ...count,
      minimum: 1,
      expects: "an integer from 1 to 1000000",
      description: "Idle connections to members that each worker keeps.",
    },
    zone: {
      type: "string",
      pattern: "^(auto|off|[1-9][0-9]{0,6}[km])$",
      expects: "auto, off or a size such as 256k or 1m",
      default: "auto",
      description: "Memory in which workers share what they know of members; `auto`: as much as these members take.",
    },
  },
};
