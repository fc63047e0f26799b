// npm run example -- postgresql: a primary and two standbys, a runner beside each, and a client that writes all the time;
// the primary is killed, a standby is promoted by hand, and everybody follows.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  giveToServer,
  startPostgresql,
  startRunner,
  tempDirectory,
  waitFor,
} from "../../packages/test-servers/dist/index.js";
import { PATH } from "../../tools/debian-packages.mjs";
import { clock } from "../../tools/demo-log.mjs";
import { fillTemplate } from "../../tools/fill-template.mjs";
import { bold, cyan, dim, Failure, green, say, step } from "../../tools/terminal.mjs";
import { untilAborted } from "../../tools/until-aborted.mjs";
import { startWriter } from "./writer.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PASSWORD = "of-this-example";
const ROLES = `CREATE ROLE replicator LOGIN REPLICATION PASSWORD '${PASSWORD}';
CREATE ROLE app LOGIN PASSWORD '${PASSWORD}';
CREATE TABLE written (n int PRIMARY KEY);
GRANT SELECT, INSERT ON written TO app;
CREATE ROLE lighthouse LOGIN REPLICATION;
GRANT pg_monitor TO lighthouse;
GRANT EXECUTE ON FUNCTION pg_reload_conf(), pg_show_all_file_settings(), pg_hba_file_rules() TO lighthouse;
GRANT SELECT ON pg_file_settings, pg_hba_file_rules TO lighthouse;`;

/** Tells the story, ends everything, and returns the exit code. */
export async function run({ signal }) {
  const directory = await tempDirectory();
  const stage = new Stage(directory.path, signal);
  try {
    await untilAborted(signal, () => tell(stage));
    return 0;
  } finally {
    step("ending all of it");
    await stage.end();
    await directory.remove();
  }
}

async function tell(stage) {
  say(bold("A primary and two copies of it that follow nobody yet; one directory that says who is in."));
  await stage.startServers();
  await stage.startRunners();
  await stage.untilStreaming("n2", "n1");
  await stage.untilStreaming("n3", "n1");
  await stage.startWriting();
  await stage.untilWritten(20);

  say();
  say(bold("The primary is killed. A person promotes n2, and does nothing else."));
  await stage.kill("n1");
  await stage.promote("n2");
  const took = await stage.untilStreaming("n3", "n2");
  await stage.untilWritten(20);
  await stage.stopWriting("n3", took);
}

class Stage {
  #directory;
  #signal;
  #servers = new Map();
  #runners = new Map();
  #writer;
  #promotedAt;

  constructor(directory, signal) {
    this.#directory = directory;
    this.#signal = signal;
  }

  async startServers() {
    writeFileSync(this.#passfile, `*:*:*:*:${PASSWORD}\n`, { mode: 0o600 });
    giveToServer(this.#passfile);
    for (const name of ["n1", "n2", "n3"]) {
      const primary = this.#servers.get("n1");
      const copy = primary === undefined ? {} : { copyOf: primary };
      const server = await startPostgresql({ directory: this.#directory, name, ...copy });
      this.#servers.set(name, server);
      if (primary === undefined) await server.query(ROLES);
      this.#tell(name, `PostgreSQL serves on port ${server.port}`);
    }
  }

  async startRunners() {
    const nodes = join(this.#directory, "nodes");
    mkdirSync(nodes);
    const members = [...this.#servers.values()].map(({ name, port }) => ({ host: name, ip: "127.0.0.1", port }));
    writeFileSync(join(nodes, "orders.json"), JSON.stringify(members));
    for (const { name, socketDirectory, port, confDirectory } of this.#servers.values()) {
      const values = {
        SOCKETS: socketDirectory,
        PORT: port,
        CONF: confDirectory,
        PASSFILE: this.#passfile,
        NODES: nodes,
      };
      this.#startRunner(name, "host", values);
    }
    this.#startRunner("app", "client", { NODES: nodes });
  }

  #startRunner(name, template, values) {
    const directory = join(this.#directory, `host-${name}`);
    fillTemplate(join(HERE, template), directory, values);
    const stateDirectory = join(this.#directory, `state-${name}`);
    this.#runners.set(name, startRunner({ directory, stateDirectory, env: { PATH } }));
    this.#tell(name, "its runner has started");
  }

  /** Until a standby receives from an upstream; gives the milliseconds since the promotion. */
  async untilStreaming(standby, upstream) {
    const { port } = this.#servers.get(upstream);
    const server = this.#servers.get(standby);
    const question = "SELECT sender_port FROM pg_stat_wal_receiver WHERE status = 'streaming'";
    await this.#until(
      `${standby} to stream from ${upstream}`,
      async () => (await server.query(question)) === String(port),
    );
    const took = Date.now() - (this.#promotedAt ?? Date.now());
    const since = this.#promotedAt === undefined ? "" : dim(` ${took} ms after the promotion`);
    say(`${clock()}  ${green("✓")} ${bold(standby)} streams from ${bold(upstream)}${since}`);
    return took;
  }

  async startWriting() {
    const service = join(this.#directory, "host-app/pg_service.conf");
    this.#writer = startWriter({ service, passfile: this.#passfile });
    this.#tell("app", `a client writes all the time, by ${cyan("service=orders-rw")}`);
  }

  /** Until so many more rows have been acknowledged. */
  async untilWritten(count) {
    const wanted = this.#writer.acknowledged.length + count;
    await this.#until(`${count} more rows to be written`, async () => this.#writer.acknowledged.length >= wanted);
    say(
      `${clock()}  ${green("✓")} ${bold(`${this.#writer.acknowledged.length} rows`)} acknowledged, failed tries: ${this.#writer.failed}`,
    );
  }

  async kill(name) {
    await this.#servers.get(name).kill();
    this.#tell(name, "PostgreSQL was killed");
  }

  async promote(name) {
    this.#writer.mark();
    await this.#servers.get(name).promote();
    this.#promotedAt = Date.now();
    this.#tell(name, "was promoted: SELECT pg_promote()");
  }

  /** Every row that the new primary has acknowledged has to be on the standby as well. */
  async stopWriting(standby, took) {
    await this.#writer.stop();
    const rows = this.#writer.sinceMark;
    const server = this.#servers.get(standby);
    const list = rows.join(",");
    await this.#until(`every acknowledged row to be on ${standby}`, async () => {
      return (await server.query(`SELECT count(*) FROM written WHERE n IN (${list})`)) === String(rows.length);
    });
    say(
      `${green("✓")} ${bold("That is all.")} ${standby} followed ${took} ms after the promotion and has all ${rows.length} rows that the new primary took.`,
    );
  }

  async end() {
    await this.#writer?.stop();
    for (const runner of this.#runners.values()) await runner.stop();
    await Promise.all([...this.#servers.values()].map((server) => server.kill()));
  }

  get #passfile() {
    return join(this.#directory, "pgpass");
  }

  #tell(name, text) {
    say(`${clock()}  ${bold(name.padEnd(4))}  ${text}`);
  }

  #until(what, condition) {
    const look = async () => {
      this.#signal.throwIfAborted();
      return condition();
    };
    return waitFor(look, { what, deadlineMs: 120_000, everyMs: 50 }).catch((error) => {
      if (this.#signal.aborted) throw error;
      const said = [...this.#runners].map(([name, runner]) => `${name}: ${runner.output().slice(-2000)}`);
      throw new Failure(`${error.message}\n${said.join("\n")}`);
    });
  }
}
