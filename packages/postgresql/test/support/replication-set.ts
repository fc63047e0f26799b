import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster, ClusterProblem, Context, Node } from "@lighthouse-sd/core";
import { schemaValidator } from "@lighthouse-sd/core";
import { giveToServer, type PostgresqlServer, startPostgresql, tempDirectory } from "@lighthouse-sd/test-servers";
import { clusterSchema } from "../../src/config/cluster-schema.js";
import type { PostgreSQLBlock, ServerSettings } from "../../src/config/postgresql-config.js";
import { ServerPart } from "../../src/server/server-part.js";

export const PASSWORD = "se'cr:et\\word";

/** Servers of one database system, with what Lighthouse needs and no more: the user `lighthouse` is no superuser. */
export class ReplicationSet {
  readonly directory: string;
  readonly passfile: string;
  readonly servers: PostgresqlServer[] = [];
  readonly #remove: () => Promise<void>;

  private constructor(directory: string, remove: () => Promise<void>) {
    this.directory = directory;
    this.passfile = join(directory, "pass file");
    this.#remove = remove;
  }

  /** A primary, and so many standbys that follow nobody yet. */
  static async start(standbys: number, settings: readonly string[] = []): Promise<ReplicationSet> {
    const { path, remove } = await tempDirectory();
    const set = new ReplicationSet(path, remove);
    const escaped = PASSWORD.replace(/[\\:]/g, "\\$&");
    writeFileSync(set.passfile, `*:*:*:replicator:${escaped}\n*:*:*:app:${escaped}\n`, { mode: 0o600 });
    giveToServer(set.passfile);
    const primary = await set.add("n1", undefined, settings);
    await primary.query(ROLES.replaceAll("SECRET", `'${PASSWORD.replaceAll("'", "''")}'`));
    for (let index = 2; index <= standbys + 1; index++) await set.add(`n${index}`, primary, settings);
    return set;
  }

  /** Another server: a copy, or one of a database system of its own. */
  async add(name: string, copyOf?: PostgresqlServer, settings: readonly string[] = []): Promise<PostgresqlServer> {
    const more = copyOf === undefined ? { settings } : { copyOf, settings };
    const server = await startPostgresql({ directory: this.directory, name, ...more });
    this.servers.push(server);
    return server;
  }

  server(index: number): PostgresqlServer {
    const server = this.servers[index];
    if (server === undefined) throw new Error(`there is no server ${index}`);
    return server;
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    await this.#remove();
  }

  /** How the balancer of one server is configured. */
  settings(server: PostgresqlServer, more: Partial<ServerSettings> = {}): ServerSettings {
    return {
      cluster: "orders",
      connection: {
        host: server.socketDirectory,
        port: server.port,
        user: "lighthouse",
        database: "postgres",
        sslmode: "prefer",
      },
      replication: { user: "replicator", passfile: this.passfile, sslmode: "prefer" },
      config_file: join(server.confDirectory, "90-lighthouse.conf"),
      hba_file: "auto",
      // A member that is slow on a busy machine is there all the same.
      probe_timeout: "20s",
      ...more,
    };
  }
}

/** The least that Lighthouse needs. */
const ROLES = `CREATE ROLE replicator LOGIN REPLICATION PASSWORD SECRET;
CREATE ROLE app LOGIN PASSWORD SECRET;
CREATE ROLE lighthouse LOGIN REPLICATION;
GRANT pg_monitor TO lighthouse;
GRANT EXECUTE ON FUNCTION pg_reload_conf(), pg_show_all_file_settings(), pg_hba_file_rules() TO lighthouse;
GRANT SELECT ON pg_file_settings, pg_hba_file_rules TO lighthouse;`;

/** A member on loopback. */
export function member(port: number, ip = "127.0.0.1", host = `db${port}.test`): Node {
  return { name: `${host}:${port}`, host, ip, port, peer: null, metadata: {} };
}

/** The cluster as the engine gives it. */
export function cluster(
  nodes: readonly Node[] | null,
  block: object = {},
  more: Partial<Cluster<PostgreSQLBlock>> = {},
): Cluster<PostgreSQLBlock> {
  const config = schemaValidator<PostgreSQLBlock>(clusterSchema)({ hba: { user: "replicator" }, ...block });
  return { name: "orders", metaCluster: null, config, nodes, live: nodes !== null, ...more };
}

/** A context that keeps what is logged. */
export function contextOf(directory: string, name = "postgresql"): Context & { readonly lines: string[] } {
  const lines: string[] = [];
  const line = (message: string): void => void lines.push(message);
  return {
    name,
    directory,
    peer: { name: "here", ip: "192.0.2.1", port: 1024 },
    log: { debug: line, info: line, warn: line, error: line },
    requestSync: () => undefined,
    lines,
  };
}

/** A balancer's server part beside one server, as its runner would have it. */
export class Beside {
  readonly part: ServerPart;
  readonly log: readonly string[];
  /** Milliseconds that the part believes to have passed. */
  now = 0;

  constructor(set: ReplicationSet, server: PostgresqlServer, more: Partial<ServerSettings> = {}) {
    const context = contextOf(set.directory, server.name);
    this.log = context.lines;
    this.part = new ServerPart(set.settings(server, more), context, () => this.now);
  }

  /** One pass: what was changed, each as `kind target`, and what a person should know. */
  async pass(...clusters: readonly Cluster<PostgreSQLBlock>[]): Promise<{
    readonly changes: readonly string[];
    readonly problems: readonly string[];
    readonly complete: boolean;
  }> {
    const { signal } = new AbortController();
    const { changes, problems, complete } = await this.part.sync(clusters, { signal });
    return {
      changes: changes.map(({ kind, target, code }) => `${kind} ${code ?? target.split("/").at(-1)}`),
      problems: problems.map(({ message }: ClusterProblem) => message),
      complete,
    };
  }
}
