export type {
  ClientSettings,
  Connection,
  HbaRules,
  Login,
  PgbouncerDatabase,
  PostgreSQLBlock,
  PostgreSQLConfig,
  ServerSettings,
  SslMode,
  TargetSession,
} from "./config/postgresql-config.js";
export { PostgreSQL as default } from "./postgresql.js";
