import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { type ListeningServer, startListening } from "./listening-server.js";
import { giveToServer, ownDirectories, postgresqlUser } from "./postgresql-user.js";
import { pgbouncerBinary } from "./required-server.js";
import { ServerProcess } from "./server-process.js";

/** How a pgbouncer is run. */
export interface PgbouncerOptions {
  /** Holds its configuration. */
  readonly directory: string;
  /** The file that its list of databases includes; it is made, empty, where it is not there. */
  readonly include: string;
  /** Who is let in, without a password; `admin` is besides. Default: `app`. */
  readonly users?: readonly string[];
  /** Lines of its `[pgbouncer]` section beside the ones every server has. */
  readonly settings?: readonly string[];
}

/** Starts one on a free port, where `admin` may use its console, and waits until it accepts connections. */
export async function startPgbouncer({
  directory,
  include,
  users = ["app"],
  settings = [],
}: PgbouncerOptions): Promise<ListeningServer> {
  const port = await freePort();
  const own = join(directory, `pgbouncer-${port}`);
  ownDirectories(directory, own);
  const file = join(own, "pgbouncer.ini");
  const userFile = join(own, "users.txt");
  writeFileSync(userFile, ["admin", ...users].map((name) => `"${name}" ""\n`).join(""));
  giveToServer(userFile);
  const lines = [
    "[databases]",
    `%include ${include}`,
    "[pgbouncer]",
    `listen_port = ${port}`,
    `auth_file = ${userFile}`,
    ...EVERY_SERVER,
    ...settings,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o644 });
  writeFileSync(include, "", { flag: "a", mode: 0o644 });
  giveToServer(file);
  return startListening(new ServerProcess(pgbouncerBinary(), [file], postgresqlUser()), "pgbouncer", port);
}

const EVERY_SERVER = [
  "listen_addr = 127.0.0.1",
  "unix_socket_dir =",
  "auth_type = trust",
  "admin_users = admin",
  "pool_mode = transaction",
  "ignore_startup_parameters = extra_float_digits",
  "server_login_retry = 0.2",
];
