import { resolve } from "node:path";
import {
  type CallOptions,
  Check,
  type CheckPlugin,
  type CheckTarget,
  durationMs,
  formatAddress,
  type JsonSchema,
} from "@lighthouse-sd/core";
import { resolveLogin } from "../resolve-paths.js";
import { type Session, withSession } from "../session.js";
import { configSchema, type PostgreSQLCheckConfig, validateConfig } from "./check-config.js";

/** pg waits without limit: the check's own signal ends it. */
const NO_LIMIT = 0;

/** A standby that has replayed all that it has received is not behind, as long as it receives. */
const STATE = `SELECT pg_is_in_recovery() AS in_recovery,
 CASE WHEN EXISTS (SELECT FROM pg_stat_wal_receiver WHERE pid IS NOT NULL)
   AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
  ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 END::float8 AS lag`;

/** Passes where a PostgreSQL server lets its user in and has the role that is asked for. */
export default class PostgreSQLCheck extends Check<PostgreSQLCheckConfig> {
  static readonly configSchema: JsonSchema = configSchema;

  #config: PostgreSQLCheckConfig | undefined;

  static validateConfig(config: unknown): PostgreSQLCheckConfig {
    return validateConfig(config);
  }

  /** Needs nothing but its own libraries. */
  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig(config: PostgreSQLCheckConfig): void {
    this.#config = config;
  }

  override async perform({ host, port }: CheckTarget, { signal }: CallOptions): Promise<boolean> {
    const config = this.#config;
    if (config === undefined) throw new Error("perform was called before applyConfig");
    const options = {
      ...resolveLogin(config, (path) => resolve(this.context.directory, path)),
      database: config.replication ? "replication" : config.database,
      host,
      port,
      timeoutMs: NO_LIMIT,
      signal,
    };
    try {
      const fault = await withSession(options, (session) => findFault(session, config));
      if (fault !== undefined) throw new Error(fault);
      return true;
    } catch (error) {
      const who = `postgresql ${formatAddress(host, port)}`;
      if (signal.aborted) throw new Error(`${who}: its time was up before it had answered`, { cause: error });
      throw new Error(`${who}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Why a server is not what is wanted. */
async function findFault(session: Session, config: PostgreSQLCheckConfig): Promise<string | undefined> {
  const { inRecovery, lagMs } = config.replication ? await askAsStandby(session) : await ask(session);
  const role = inRecovery ? "standby" : "primary";
  if (config.role !== "any" && config.role !== role) return `wanted a ${config.role}, found a ${role}`;
  if (config.max_lag === undefined || !inRecovery) return undefined;
  if (lagMs === undefined) return "wanted to know its lag, but it has replayed nothing yet, and receives nothing";
  if (lagMs <= durationMs(config.max_lag)) return undefined;
  return `it is ${(lagMs / 1000).toFixed(1)} s behind; max_lag is ${config.max_lag}`;
}

interface State {
  readonly inRecovery: boolean;
  readonly lagMs: number | undefined;
}

async function ask(session: Session): Promise<State> {
  const [row = {}] = await session.query(STATE);
  const lag = row["lag"];
  return { inRecovery: row["in_recovery"] === true, lagMs: typeof lag === "number" ? lag : undefined };
}

/** A walsender answers no SQL; what it is it says while one logs in. */
async function askAsStandby(session: Session): Promise<State> {
  await session.query("IDENTIFY_SYSTEM");
  const standby = session.parameter("in_hot_standby");
  if (standby === undefined)
    throw new Error("it does not say whether it is a standby: PostgreSQL 14 is the oldest that does");
  return { inRecovery: standby === "on", lagMs: undefined };
}

PostgreSQLCheck satisfies CheckPlugin<PostgreSQLCheckConfig>;
