import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.js";
import { giveToServer, ownDirectories, postgresqlUser } from "./postgresql-user.js";
import { postgresqlBinary } from "./required-server.js";
import { ServerProcess } from "./server-process.js";
import { waitFor } from "./wait-for.js";

/** How a PostgreSQL server is run. */
export interface PostgresqlOptions {
  /** Holds its data and configuration; a folder of its name for each server. */
  readonly directory: string;
  /** Also its cluster_name. Default: `pg`. */
  readonly name?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Lines of postgresql.conf beside the ones every server has. */
  readonly settings?: readonly string[];
  /** Lines of pg_hba.conf after the one that trusts the unix socket. */
  readonly hba?: readonly string[];
  /** The server that its data is copied from; it starts as a standby that follows nobody yet. Default: a new database. */
  readonly copyOf?: PostgresqlServer;
}

/** Starts one and waits until it answers. Whoever starts it stops it. */
export async function startPostgresql(options: PostgresqlOptions): Promise<PostgresqlServer> {
  const server = new PostgresqlServer(options, options.port ?? (await freePort()));
  await server.create(options.copyOf);
  await server.start();
  return server;
}

const EVERY_SERVER = [
  "listen_addresses = '127.0.0.1'",
  "fsync = off",
  "full_page_writes = off",
  "wal_log_hints = on",
  "shared_buffers = 16MB",
  "max_connections = 40",
  "max_wal_senders = 10",
  "max_replication_slots = 10",
  "max_slot_wal_keep_size = 96MB",
  "wal_receiver_status_interval = 1s",
  "dynamic_shared_memory_type = mmap",
  "autovacuum = off",
  "jit = off",
  "logging_collector = off",
];

/** A real PostgreSQL server, on loopback and on a unix socket, with the user `postgres`; its configuration lies outside
 * its data directory, as Debian has it. */
export class PostgresqlServer {
  readonly name: string;
  readonly port: number;
  /** Of its unix socket; whoever connects there is trusted. */
  readonly socketDirectory: string;
  readonly dataDirectory: string;
  /** Read as the last part of postgresql.conf. */
  readonly confDirectory: string;
  readonly hbaFile: string;
  readonly #directory: string;
  readonly #etc: string;
  readonly #settings: readonly string[];
  readonly #hba: readonly string[];
  readonly #process: ServerProcess;

  /** Starts nothing. */
  constructor({ directory, name = "pg", settings = [], hba = [] }: PostgresqlOptions, port: number) {
    this.name = name;
    this.port = port;
    this.#directory = directory;
    this.socketDirectory = join(directory, name);
    this.dataDirectory = join(directory, name, "data");
    this.#etc = join(directory, name, "etc");
    this.confDirectory = join(this.#etc, "conf.d");
    this.hbaFile = join(this.#etc, "pg_hba.conf");
    this.#settings = settings;
    this.#hba = hba;
    this.#process = new ServerProcess(postgresqlBinary("postgres"), ["-D", this.#etc], postgresqlUser());
  }

  get output(): string {
    return this.#process.output;
  }

  get running(): boolean {
    return this.#process.running;
  }

  /** Makes its data, new or copied from `source`, which has to run, and its configuration. */
  async create(source: PostgresqlServer | undefined): Promise<void> {
    ownDirectories(this.#directory, this.socketDirectory, this.#etc, this.confDirectory);
    if (source === undefined) {
      await this.#program("initdb", ["-D", this.dataDirectory, ...NEW_DATABASE]);
    } else {
      const from = `host=${source.socketDirectory} port=${source.port} user=postgres`;
      await this.#program("pg_basebackup", ["-D", this.dataDirectory, "-d", from, ...COPY]);
      this.becomeStandby();
    }
    this.writeHba(["local all all trust", "local replication all trust", ...this.#hba]);
    this.#write(join(this.#etc, "pg_ident.conf"), "");
    this.#write(join(this.#etc, "postgresql.conf"), `${this.#configuration().join("\n")}\n`);
  }

  #configuration(): readonly string[] {
    return [
      `data_directory = '${this.dataDirectory}'`,
      `hba_file = '${this.hbaFile}'`,
      `ident_file = '${join(this.#etc, "pg_ident.conf")}'`,
      `port = ${this.port}`,
      `unix_socket_directories = '${this.socketDirectory}'`,
      `cluster_name = '${this.name}'`,
      ...EVERY_SERVER,
      ...this.#settings,
      "include_dir = 'conf.d'",
    ];
  }

  /** Replaces pg_hba.conf; counts from the next reload on. */
  writeHba(lines: readonly string[]): void {
    this.#write(this.hbaFile, `${lines.join("\n")}\n`);
  }

  #write(path: string, text: string): void {
    writeFileSync(path, text, { mode: 0o600 });
    giveToServer(path);
  }

  /** From its next start on it follows another server; it must not run. */
  becomeStandby(): void {
    this.#write(join(this.dataDirectory, "standby.signal"), "");
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    // One that was killed leaves it, and its number may belong to another process by now.
    rmSync(join(this.dataDirectory, "postmaster.pid"), { force: true });
    this.#process.start();
    const answers = async (): Promise<boolean> => {
      this.#process.requireRunning();
      return (await this.query("SELECT 1")) === "1";
    };
    const what = `PostgreSQL ${this.name} on port ${this.port} to answer`;
    await waitFor(answers, { what, deadlineMs: 60_000, everyMs: 30 }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}; its output:\n${this.output}`, { cause: error });
    });
  }

  /** What psql prints for a statement of the superuser: rows as lines, columns joined by `|`. */
  async query(statement: string, database = "postgres"): Promise<string> {
    const where = ["-h", this.socketDirectory, "-p", String(this.port), "-U", "postgres", "-d", database];
    const { stdout } = await promisify(execFile)(
      postgresqlBinary("psql"),
      ["-XAtq", "-v", "ON_ERROR_STOP=1", ...where, "-c", statement],
      { timeout: 60_000 },
    );
    return stdout.trimEnd();
  }

  /** Makes a standby a primary, and waits until it is. */
  async promote(): Promise<void> {
    await this.query("SELECT pg_promote(true, 60)");
  }

  /** Stops the process that accepts connections where it stands: they are opened, and nothing is answered. */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  /** Ends it at once, as a crash does, and waits until it is gone. (SIGKILL would leave shared memory behind.) */
  async kill(): Promise<void> {
    this.resume();
    await this.#process.kill("SIGQUIT");
  }

  /** Ends it in order, its clients included, and waits until it is gone. */
  async shutDown(): Promise<void> {
    await this.#process.kill("SIGINT");
  }

  async #program(name: "initdb" | "pg_basebackup", args: readonly string[]): Promise<void> {
    const options = { ...postgresqlUser(), cwd: "/", timeout: 120_000 };
    await promisify(execFile)(postgresqlBinary(name), [...args], options);
  }
}

const NEW_DATABASE = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8", "-N", "--no-instructions"];
const COPY = ["-X", "stream", "-c", "fast", "--no-sync"];
