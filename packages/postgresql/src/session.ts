import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { Client } from "pg";
import type { Login } from "./config/postgresql-config.js";
import { openStream, untilClosed } from "./open-stream.js";
import { type PassfileKey, passwordFrom } from "./passfile.js";
import { tlsOptions } from "./tls-options.js";

/** How long the last words to a server may take to leave, in milliseconds. */
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
  /** Milliseconds for logging in, and for each query; 0: no limit. */
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
  const { timeoutMs, signal } = options;
  signal.throwIfAborted();
  const { client, stream, parameters } = await logIn(options);
  try {
    // Each question ends with the abort, but not what is done about the answer: files are left whole.
    return await use({
      query: (text, values) => orAborted(signal, ask(client, timeoutMs, text, values), stream),
      parameter: (name) => parameters.get(name),
    });
  } finally {
    await goodbye(client, stream);
  }
}

/** A client that is logged in, over a stream of its own. */
interface Connected {
  readonly client: Client;
  readonly stream: Socket;
  readonly parameters: ReadonlyMap<string, string>;
}

async function logIn(options: SessionOptions): Promise<Connected> {
  const { timeoutMs, signal } = options;
  const [password, tls] = await Promise.all([passwordOf(options), tlsOptions(options)]);
  const late = new AbortController();
  const timer = timeoutMs === 0 ? undefined : setTimeout(() => late.abort(tooLate(timeoutMs)), timeoutMs);
  try {
    return await connected({ ...options, signal: AbortSignal.any([signal, late.signal]) }, password, tls);
  } finally {
    clearTimeout(timer);
  }
}

async function passwordOf(options: SessionOptions): Promise<string | undefined> {
  return options.passfile === undefined ? undefined : passwordFrom(options.passfile, passfileKey(options));
}

function passfileKey({ host, serverName, sslmode, port, user, ...options }: SessionOptions): PassfileKey {
  const database = options.replication === true ? "replication" : options.database;
  return { host: sslmode === "verify-full" ? (serverName ?? host) : host, port, database, user };
}

function passwordMissing(options: SessionOptions): string {
  const { host, port, database, user } = passfileKey(options);
  if (options.passfile === undefined) return `the server wants a password of user ${user}: set passfile`;
  return `the server wants a password of user ${user}: add a line to ${options.passfile} for ${host}:${port}:${database}:${user}`;
}

async function connected(
  options: SessionOptions,
  password: string | undefined,
  tls: ConnectionOptions | false,
): Promise<Connected> {
  // Loaded when it is needed: most hosts of a fleet run other plugins alone.
  const [{ default: pg }, { LoginConnection }] = await Promise.all([import("pg"), import("./login-connection.js")]);
  const { host, port, user, database, sslmode, timeoutMs: query_timeout, signal } = options;
  const stream = await openStream({ host, port, tls, sslmode, signal });
  const credentials = { login: `${user}@${host}:${port}`, password, missing: passwordMissing(options) };
  const client = new pg.Client({
    ...{ host, port, user, database, query_timeout, ssl: false, application_name: "lighthouse" },
    ...(password === undefined ? {} : { password }),
    ...(options.replication === true ? { replication: "true" } : {}),
    ...{ connection: new LoginConnection(connectedAlready(stream), credentials) },
  });
  // What ends a connection ends the query that waits on it as well.
  client.on("error", () => undefined);
  const parameters = new Map<string, string>();
  (client as unknown as Wire).connection.on("parameterStatus", ({ parameterName, parameterValue }) =>
    parameters.set(parameterName, parameterValue),
  );
  try {
    await orAborted(signal, client.connect(), stream);
    return { client, stream, parameters };
  } catch (error) {
    stream.destroy();
    await untilClosed(stream);
    // Lines of pg_hba.conf may be for plain connections alone.
    const mayBePlain = sslmode === "prefer" && "encrypted" in stream && (error as { code?: unknown }).code === "28000";
    if (mayBePlain) return await connected(options, password, false);
    throw error;
  }
}

/** pg connects the stream that it is given, and waits until it is: this one is. */
function connectedAlready(stream: Socket): Socket {
  stream.connect = () => {
    process.nextTick(() => stream.emit("connect"));
    return stream;
  };
  return stream;
}

/** What the types of pg leave out. */
interface Wire {
  readonly connection: {
    on(event: "parameterStatus", listener: (message: { parameterName: string; parameterValue: string }) => void): void;
  };
}

function tooLate(timeoutMs: number): Error {
  return new Error(`no answer within ${timeoutMs} ms`);
}

async function ask(
  client: Client,
  timeoutMs: number,
  text: string,
  values?: readonly unknown[],
): ReturnType<Session["query"]> {
  try {
    return rowsOf(await client.query(text, values === undefined ? undefined : [...values]));
  } catch (error) {
    throw (error as Error).message === "Query read timeout" ? tooLate(timeoutMs) : error;
  }
}

/** What `work` comes to; once aborted, the abort's reason, whatever becomes of the work, and `stream` is closed. */
async function orAborted<T>(signal: AbortSignal, work: Promise<T>, stream: Socket): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      stream.destroy();
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

/** As libpq: takes leave, and closes without waiting for an answer. */
async function goodbye(client: Client, stream: Socket): Promise<void> {
  void client.end();
  stream.destroySoon();
  const patience = setTimeout(() => stream.destroy(), GOODBYE_MS);
  await untilClosed(stream);
  clearTimeout(patience);
}

function rowsOf(result: unknown): readonly Readonly<Record<string, unknown>>[] {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return (last as { readonly rows: readonly Readonly<Record<string, unknown>>[] }).rows;
}
