import type { JsonSchema } from "@lighthouse-sd/core";
import { HOST, LOGIN, NAME, PATH } from "./text-schemas.js";

const PROBE_TIMEOUT: JsonSchema = {
  duration: true,
  default: "2s",
  description: "The longest that a member is waited for: to let us in, and for each answer.",
};

const CONNECTION: JsonSchema = {
  type: "object",
  required: ["user"],
  additionalProperties: false,
  properties: {
    host: { ...HOST, default: "/var/run/postgresql", description: "Address, or directory of the unix socket." },
    port: { port: true, default: 5432, description: "The server's port." },
    database: { ...NAME, default: "postgres", description: "The database that is connected to." },
    ...LOGIN,
  },
};

const SERVER: JsonSchema = {
  type: "object",
  required: ["cluster", "connection", "replication", "config_file"],
  additionalProperties: false,
  properties: {
    cluster: {
      type: "string",
      pattern: "^[A-Za-z0-9._-]+$",
      expects: "a cluster's name",
      description: "The cluster that this server is a member of.",
    },
    connection: { ...CONNECTION, description: "How the local server is reached." },
    replication: {
      type: "object",
      required: ["user"],
      additionalProperties: false,
      properties: LOGIN,
      description: "How members reach one another.",
    },
    config_file: { ...PATH, description: "The fragment of postgresql.conf that is written." },
    hba_file: { ...PATH, default: "auto", description: "`auto`: the one that the server names; a path; or `off`." },
    probe_timeout: PROBE_TIMEOUT,
  },
};

const CLIENTS: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    service_file: { ...PATH, description: "libpq's service file that is written." },
    pgbouncer: {
      type: "object",
      required: ["include", "admin"],
      additionalProperties: false,
      properties: {
        include: { ...PATH, description: "The file of databases that is written." },
        admin: {
          type: "object",
          required: ["user"],
          additionalProperties: false,
          properties: {
            host: { ...HOST, default: "/var/run/postgresql", description: "Address, or directory of the unix socket." },
            port: { port: true, default: 6432, description: "pgbouncer's port." },
            user: LOGIN["user"],
            passfile: LOGIN["passfile"],
          },
          description: "pgbouncer's console.",
        },
      },
      description: "pgbouncer's databases.",
    },
    connection: {
      type: "object",
      required: ["user"],
      additionalProperties: false,
      properties: { database: { ...NAME, default: "postgres", description: "The database connected to." }, ...LOGIN },
      description: "How the members are asked what they are; needed for pgbouncer.",
    },
    probe_timeout: PROBE_TIMEOUT,
  },
};

/** Of balancers/<name>.yaml without `type`. */
export const configSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    server: { ...SERVER, description: "The PostgreSQL server of this host." },
    clients: { ...CLIENTS, description: "What clients on this host read." },
    reconcile_interval: { duration: true, default: "5s", description: "How often everything is looked at again." },
  },
};
