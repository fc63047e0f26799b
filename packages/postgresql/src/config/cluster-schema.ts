import type { JsonSchema } from "@lighthouse-sd/core";
import { NAME } from "./text-schemas.js";

const HBA: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    user: { ...NAME, not: { const: "all" }, expects: "one user's name; not all", description: "Who may replicate." },
    method: {
      enum: ["scram-sha-256", "md5", "cert", "password", "trust"],
      default: "scram-sha-256",
      description: "How members prove who they are.",
    },
    ssl: { type: "boolean", default: false, description: "Only over TLS." },
    allow_trust: { type: "boolean", default: false, description: "Accept the methods trust and password." },
    extra: {
      type: "array",
      items: {
        type: "object",
        required: ["database", "user"],
        additionalProperties: false,
        properties: {
          database: { ...NAME, description: "A database, by name." },
          user: {
            ...NAME,
            not: { const: "all" },
            expects: "one user's name; not all",
            description: "A user, by name.",
          },
        },
      },
      default: [],
      description: "What members may connect to besides.",
    },
  },
};

const SLOTS: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    manage: { type: "boolean", default: true, description: "Keep a replication slot for each member." },
    prefix: {
      type: "string",
      pattern: "^[a-z_][a-z0-9_]{0,19}$",
      expects: "up to 20 of a-z, 0-9 and _, not beginning with a digit",
      default: "lh_",
      description: "What the names of these slots begin with: others are never touched.",
    },
    drop_after: { duration: true, default: "24h", description: "How long a slot outlives its member." },
    allow_unbounded: {
      type: "boolean",
      default: false,
      description: "Keep slots although max_slot_wal_keep_size is -1.",
    },
  },
  default: {},
};

const SYNCHRONOUS: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    mode: { enum: ["off", "any", "first"], default: "off", description: "Keep synchronous_standby_names, and how." },
    count: { type: "integer", minimum: 1, maximum: 100, default: 1, description: "Standbys that a commit waits for." },
    min_standbys: { type: "integer", minimum: 1, maximum: 100, default: 1, description: "The fewest that are listed." },
    allow_degrade: { type: "boolean", default: false, description: "List fewer, or none, where there are fewer." },
  },
  default: {},
};

const PGBOUNCER: JsonSchema = {
  type: "object",
  required: ["database"],
  additionalProperties: false,
  properties: {
    database: {
      type: "string",
      pattern: "^(?!pgbouncer$)[A-Za-z0-9_.-]{1,63}$",
      expects: "a name of letters, digits, underscore, dot and hyphen, other than pgbouncer",
      description: "The database's name for clients.",
    },
    dbname: { ...NAME, description: "Its name on the servers; without it the same." },
    to: { enum: ["primary", "standby"], default: "primary", description: "Whom its connections go to." },
  },
};

/** Of the `postgresql` block of clusters/<name>.yaml. */
export const clusterSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    system_identifier: {
      type: "string",
      pattern: "^[0-9]{1,20}$",
      expects: "a database system identifier: digits in quotes",
      description: "The database system that members have to belong to.",
    },
    hba: { ...HBA, description: "What members are let in to; without it pg_hba.conf is left alone." },
    slots: { ...SLOTS, description: "Replication slots." },
    follow: { type: "boolean", default: true, description: "Keep a standby's primary_conninfo." },
    synchronous: { ...SYNCHRONOUS, description: "Synchronous standbys." },
    keep_absent: { duration: true, default: "24h", description: "How long an absent member is still let in." },
    mass_removal: {
      enum: ["hold", "follow"],
      default: "hold",
      description: "More than half of the members gone at once: hold on to all, or take it for what it is.",
    },
    services: {
      type: "object",
      propertyNames: { pattern: "^[A-Za-z0-9._-]+$", expects: "a name of letters, digits, dot, underscore and hyphen" },
      additionalProperties: { enum: ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] },
      default: {},
      description: "Services of the service file: name to target_session_attrs.",
    },
    pgbouncer: { type: "array", items: PGBOUNCER, default: [], description: "Databases of pgbouncer." },
  },
};
