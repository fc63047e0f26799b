import type { Duration } from "@lighthouse-sd/core";

/** balancers/<name>.yaml: a server part, a clients part, or both. */
export interface PostgreSQLConfig {
  readonly server?: ServerSettings;
  readonly clients?: ClientSettings;
  /** How often everything is looked at again. */
  readonly reconcile_interval: Duration;
}

/** The server of this host. */
export interface ServerSettings {
  /** The cluster that it is a member of. */
  readonly cluster: string;
  readonly connection: Connection;
  /** How standbys reach their primary, and this one asks the others what they are. */
  readonly replication: Login;
  /** The fragment of postgresql.conf that is written; the server has to include it. */
  readonly config_file: string;
  /** pg_hba.conf: `auto` for the one that the server names, a path, or `off`. */
  readonly hba_file: string;
  /** The longest that another member is waited for. */
  readonly probe_timeout: Duration;
}

/** Who logs in, and how. */
export interface Login {
  readonly user: string;
  /** In libpq's format; the password is read from it each time. */
  readonly passfile?: string;
  readonly sslmode: SslMode;
  /** PEM files, as in libpq: what certificates are verified with, and our own certificate with its key. */
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
}

/** libpq's `sslmode`, without `allow`. */
export type SslMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

/** A server or a console that is logged in to. */
export interface Connection extends Login {
  /** An address, or the directory of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** What clients on this host read. */
export interface ClientSettings {
  /** libpq's service file that is written. */
  readonly service_file?: string;
  readonly pgbouncer?: {
    /** The file that is written; pgbouncer's list of databases has to include it. */
    readonly include: string;
    /** Its console. */
    readonly admin: Pick<Connection, "host" | "port" | "user" | "passfile">;
  };
  /** How this host asks the members what they are: needed for pgbouncer. */
  readonly connection?: Login & { readonly database: string };
  readonly probe_timeout: Duration;
}

/** The `postgresql` block of clusters/<name>.yaml */
export interface PostgreSQLBlock {
  /** The database system that all members have to belong to; without it the local server's, or the members' common one. */
  readonly system_identifier?: string;
  readonly hba?: HbaRules;
  readonly slots: {
    readonly manage: boolean;
    readonly prefix: string;
    readonly drop_after: Duration;
    readonly allow_unbounded: boolean;
  };
  /** Keep primary_conninfo and primary_slot_name of a standby. */
  readonly follow: boolean;
  readonly synchronous: {
    readonly mode: "off" | "any" | "first";
    readonly count: number;
    readonly min_standbys: number;
    readonly allow_degrade: boolean;
  };
  /** How long a member that is absent is still let in. */
  readonly keep_absent: Duration;
  /** What to make of more than half of the members being gone at once. */
  readonly mass_removal: "hold" | "follow";
  /** Services of the service file: name to target_session_attrs. */
  readonly services: Readonly<Record<string, TargetSession>>;
  readonly pgbouncer: readonly PgbouncerDatabase[];
}

/** libpq's `target_session_attrs`. */
export type TargetSession = "any" | "read-write" | "read-only" | "primary" | "standby" | "prefer-standby";

/** What members are let in to. */
export interface HbaRules {
  /** Whom members may replicate as. */
  readonly user?: string;
  readonly method: "scram-sha-256" | "md5" | "cert" | "password" | "trust";
  readonly ssl: boolean;
  readonly allow_trust: boolean;
  /** Databases and users that members may connect to besides. */
  readonly extra: readonly { readonly database: string; readonly user: string }[];
}

/** One database of pgbouncer. */
export interface PgbouncerDatabase {
  /** Its name for clients. */
  readonly database: string;
  /** Its name on the servers. Without it: the same. */
  readonly dbname?: string;
  readonly to: "primary" | "standby";
}
