import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { pause } from "@lighthouse-sd/plugin-kit";
import type { Client } from "pg";
import type { Login } from "./config/postgresql-config.js";
import { passwordFrom } from "./passfile.js";
import { tlsOptions } from "./tls-options.js";

/** How long a server has to close a connection that we have ended, in milliseconds. */
const GOODBYE_MS = 200;

/** Where and how to log in. */
export interface SessionOptions extends Login {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** The server's name, where `host` is its address: as libpq, a certificate is verified with it, and a password looked
   * up by it, where sslmode is verify-full. */
  readonly serverName?: string;
  /** Speak the replication protocol. */
  readonly replication?: boolean;
  /** Milliseconds for logging in, and for each query. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A connection that is logged in. */
export interface Session {
  /** Rows by column name. One statement, or several in the simple protocol, of which the last one's rows are given. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** What the server said of itself while logging in: `in_hot_standby`, `server_version`. */
  parameter(name: string): string | undefined;
}

/** Logs in, lets `use` ask, and closes the connection however that ends; aborting closes it at once. */
export async function withSession<T>(options: SessionOptions, use: (session: Session) => Promise<T>): Promise<T> {
  options.signal.throwIfAborted();
  const password = await passwordOf(options);
  const tls = await tlsOptions(options);
  try {
    return await connected(options, password, tls, use);
  } catch (error) {
    if (options.sslmode !== "prefer" || tls === false || !isRefusalOfTls(error)) throw error;
    return await connected(options, password, false, use);
  }
}

/** The server speaks none, or has lines in pg_hba.conf for plain connections alone. */
function isRefusalOfTls(error: unknown): boolean {
  const { message, code } = error as Error & { readonly code?: unknown };
  return message === "The server does not support SSL connections" || code === "28000";
}

async function passwordOf(options: SessionOptions): Promise<string | undefined> {
  if (options.passfile === undefined) return undefined;
  const database = options.replication === true ? "replication" : options.database;
  const { host: address, serverName } = options;
  const host = options.sslmode === "verify-full" ? (serverName ?? address) : address;
  return passwordFrom(options.passfile, { ...options, host, database });
}

async function connected<T>(
  options: SessionOptions,
  password: string | undefined,
  tls: ConnectionOptions | false,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { host, port, user, database, timeoutMs, signal } = options;
  const client = await newClient({
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    ssl: tls,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: "lighthouse",
    ...(options.replication === true ? { replication: "true" } : {}),
  });
  const parameters = new Map<string, string>();
  const { connection } = client as unknown as Wire;
  connection.on("parameterStatus", ({ parameterName, parameterValue }) =>
    parameters.set(parameterName, parameterValue),
  );
  // What ends a connection ends the query that waits on it as well.
  client.on("error", () => undefined);
  const untilAborted = <R>(work: Promise<R>): Promise<R> => orAborted(signal, work, () => connection.stream.destroy());
  try {
    signal.throwIfAborted();
    await untilAborted(client.connect());
    // Each question ends with the abort, but not what is done about the answer: files are left whole.
    return await use({
      query: (text, values) => untilAborted(ask(client, text, values)),
      parameter: (name) => parameters.get(name),
    });
  } finally {
    await goodbye(client, connection);
  }
}

async function ask(client: Client, text: string, values?: readonly unknown[]): ReturnType<Session["query"]> {
  return rowsOf(await client.query(text, values === undefined ? undefined : [...values]));
}

/** What `work` comes to; once aborted, the abort's reason, whatever becomes of the work. */
async function orAborted<T>(signal: AbortSignal, work: Promise<T>, end: () => void): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      end();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    if (signal.aborted) abort();
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** What the types of pg leave out. */
interface Wire {
  readonly connection: {
    on(event: "parameterStatus", listener: (message: { parameterName: string; parameterValue: string }) => void): void;
    /** Another one as soon as TLS is spoken over the first. */
    readonly stream: Socket;
  };
}

async function newClient(options: object): Promise<Client> {
  // Loaded when it is needed: most hosts of a fleet run other plugins alone.
  const { default: pg } = await import("pg");
  return new pg.Client(options);
}

async function goodbye(client: Client, { stream }: Wire["connection"]): Promise<void> {
  if (!stream.destroyed && !stream.connecting) {
    const patience = new AbortController();
    const ended = client.end().catch(() => undefined);
    await Promise.race([ended, pause(GOODBYE_MS, patience.signal)]);
    patience.abort();
  }
  if (stream.closed) return;
  const closed = new Promise((resolve) => stream.once("close", resolve));
  stream.destroy();
  await closed;
}

function rowsOf(result: unknown): readonly Readonly<Record<string, unknown>>[] {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return (last as { readonly rows: readonly Readonly<Record<string, unknown>>[] }).rows;
}
