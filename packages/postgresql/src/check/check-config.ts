import {
  ConfigError,
  type Duration,
  type JsonSchema,
  type SchemaValidator,
  schemaValidator,
} from "@lighthouse-sd/core";
import { loginProblems } from "../config/login-problems.js";
import type { Login } from "../config/postgresql-config.js";
import { LOGIN, NAME } from "../config/text-schemas.js";

/** The block `postgresql` under `checks`. */
export interface PostgreSQLCheckConfig extends Login {
  readonly database: string;
  /** Log in as a standby does, which needs no more than its line in pg_hba.conf. */
  readonly replication: boolean;
  /** What the server has to be. */
  readonly role: "primary" | "standby" | "any";
  /** How far a standby may be behind. */
  readonly max_lag?: Duration;
}

export const configSchema: JsonSchema = {
  type: "object",
  required: ["user"],
  additionalProperties: false,
  properties: {
    ...LOGIN,
    database: { ...NAME, default: "postgres", description: "The database that is connected to." },
    replication: { type: "boolean", default: false, description: "Log in as a standby does." },
    role: { enum: ["primary", "standby", "any"], default: "any", description: "What the server has to be." },
    max_lag: { duration: true, description: "How far a standby may be behind." },
  },
};

const bySchema: SchemaValidator<PostgreSQLCheckConfig> = schemaValidator(configSchema);

/** Checks a check's configuration, defaults filled in. */
export function validateConfig(value: unknown): PostgreSQLCheckConfig {
  const config = bySchema(value);
  const problems = loginProblems(config, []);
  if (problems.length > 0) throw new ConfigError(problems);
  if (config.max_lag === undefined) return config;
  if (config.replication) {
    const message =
      "needs a plain connection: over one for replication no lag can be asked for; drop replication: true";
    throw new ConfigError([{ path: ["max_lag"], message }]);
  }
  if (config.role === "primary") {
    throw new ConfigError([{ path: ["max_lag"], message: "is for standbys: a primary has no lag" }]);
  }
  return config;
}
