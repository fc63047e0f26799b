import { resolve } from "node:path";
import type { Login, PostgreSQLConfig } from "./config/postgresql-config.js";

type Paths = Pick<Login, "passfile" | "sslrootcert" | "sslcert" | "sslkey">;

/** `login` with every path given to `at`. */
export function resolveLogin<T extends Paths>(login: T, at: (path: string) => string): T {
  const keys = ["passfile", "sslrootcert", "sslcert", "sslkey"] as const;
  const paths = keys.flatMap((key) => (login[key] === undefined ? [] : [[key, at(login[key])] as const]));
  return { ...login, ...Object.fromEntries(paths) };
}

/** `config` with every path absolute: relative ones start at the configuration directory. */
export function resolvePaths(config: PostgreSQLConfig, directory: string): PostgreSQLConfig {
  const at = (path: string): string => resolve(directory, path);
  const login = <T extends Paths>(value: T): T => resolveLogin(value, at);
  const { server, clients } = config;
  return {
    ...config,
    ...(server === undefined
      ? {}
      : {
          server: {
            ...server,
            connection: login(server.connection),
            replication: login(server.replication),
            config_file: at(server.config_file),
            hba_file: ["auto", "off"].includes(server.hba_file) ? server.hba_file : at(server.hba_file),
          },
        }),
    ...(clients === undefined ? {} : { clients: resolveClients(clients, at, login) }),
  };
}

function resolveClients(
  clients: NonNullable<PostgreSQLConfig["clients"]>,
  at: (path: string) => string,
  login: <T extends Paths>(value: T) => T,
): NonNullable<PostgreSQLConfig["clients"]> {
  const { service_file: serviceFile, pgbouncer, connection } = clients;
  return {
    ...clients,
    ...(serviceFile === undefined ? {} : { service_file: at(serviceFile) }),
    ...(pgbouncer === undefined
      ? {}
      : { pgbouncer: { include: at(pgbouncer.include), admin: login(pgbouncer.admin) } }),
    ...(connection === undefined ? {} : { connection: login(connection) }),
  };
}
