import { ConfigError, type Problem, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";
import { configSchema } from "./config-schema.js";
import { loginProblems } from "./login-problems.js";
import type { PostgreSQLConfig } from "./postgresql-config.js";

const bySchema: SchemaValidator<PostgreSQLConfig> = schemaValidator(configSchema);

/** Checks a balancer's configuration, defaults filled in. */
export function validateConfig(value: unknown): PostgreSQLConfig {
  const config = bySchema(value);
  const problems: Problem[] = [];
  if (config.server === undefined && config.clients === undefined) {
    problems.push({ path: [], message: '"server" or "clients" is required: there is nothing to keep in line' });
  }
  const { clients } = config;
  if (clients !== undefined && clients.service_file === undefined && clients.pgbouncer === undefined) {
    problems.push({ path: ["clients"], message: '"service_file" or "pgbouncer" is required' });
  }
  if (clients?.pgbouncer !== undefined && clients.connection === undefined) {
    const why = "which member is the primary is asked over it";
    problems.push({ path: ["clients"], message: `"connection" is required with "pgbouncer": ${why}` });
  }
  if (config.server !== undefined && !config.server.config_file.endsWith(".conf")) {
    problems.push({
      path: ["server", "config_file"],
      message: `must end with .conf, or include_dir does not read it; got ${JSON.stringify(config.server.config_file)}`,
    });
  }
  problems.push(
    ...loginProblems(config.server?.connection, ["server", "connection"]),
    ...loginProblems(config.server?.replication, ["server", "replication"]),
    ...loginProblems(clients?.connection, ["clients", "connection"]),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}
