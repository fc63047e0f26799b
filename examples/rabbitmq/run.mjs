// npm run example -- rabbitmq: brokers, a runner beside each, one HAProxy; a cluster forms, grows, and loses a broker.
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  freePort,
  haproxyStats,
  killHaproxies,
  startRabbitmqSite,
  startRunner,
  waitFor,
} from "../../packages/test-servers/dist/index.js";
import { PATH } from "../../tools/debian-packages.mjs";
import { clock } from "../../tools/demo-log.mjs";
import { bold, cyan, dim, Failure, green, say, step } from "../../tools/terminal.mjs";
import { untilAborted } from "../../tools/until-aborted.mjs";
import { writeHost } from "./hosts.mjs";

const PATIENCE = { deadlineMs: 300_000, everyMs: 500 };

/** Tells the story, ends everything, and returns the exit code. */
export async function run({ signal }) {
  const site = await startRabbitmqSite();
  const stage = new Stage(site, signal);
  try {
    if (await untilAborted(signal, () => tell(stage))) {
      say(
        `${green("✓")} ${bold("That is all.")} A cluster formed, grew and lost a broker, and nobody typed a command.`,
      );
    }
    return 0;
  } finally {
    step("ending all of it");
    await stage.end();
  }
}

async function tell(stage) {
  say(bold("Three hosts, each with a blank broker and a runner beside it, one directory that says who is in."));
  await stage.prepare();
  for (const name of ["mq1", "mq2", "mq3"]) await stage.addRunner(name);
  await Promise.all(["mq1", "mq2", "mq3"].map((name) => stage.boot(name)));
  await stage.untilRunning("mq1", ["mq1", "mq2", "mq3"]);
  await stage.untilServing(["mq1", "mq2", "mq3"]);

  say();
  say(bold("A fourth broker has booted alone, without a fragment. Then its runner starts."));
  await stage.boot("mq4");
  await stage.addRunner("mq4");
  await stage.untilRunning("mq1", ["mq1", "mq2", "mq3", "mq4"]);
  await stage.untilServing(["mq1", "mq2", "mq3", "mq4"]);

  say();
  say(bold("The third broker is killed."));
  await stage.kill("mq3");
  await stage.untilServing(["mq1", "mq2", "mq4"]);
  await stage.untilProblem("mq1", "mq3@localhost");
  say();
}

class Stage {
  #site;
  #signal;
  #brokers = new Map();
  #runners = new Map();
  #port;

  constructor(site, signal) {
    this.#site = site;
    this.#signal = signal;
  }

  async prepare() {
    this.#port = await freePort();
    mkdirSync(this.#nodes);
  }

  /** Starts the runner of a host. */
  async addRunner(name) {
    const broker = await this.#broker(name);
    await broker.prepare();
    const { directory } = writeHost(join(this.#site.directory, `host-${name}`), {
      name,
      withHaproxy: name === "mq1",
      values: {
        NAME: name,
        CONF: broker.confDirectory,
        PROGRAMS: this.#site.programs,
        ENVIRONMENT: this.#site.environment,
        MANAGEMENT: broker.managementPort,
        AMQP: broker.port,
        PORT: this.#port,
        NODES: this.#nodes,
      },
    });
    const httpPort = await freePort();
    const stateDirectory = join(this.#site.directory, `state-${name}`);
    const args = ["--role", "both"];
    this.#runners.set(name, startRunner({ directory, stateDirectory, httpPort, args, env: { PATH } }));
    this.#tell(name, "its runner has started");
    await this.#until(`the fragment of ${name}`, () => readdirSync(broker.confDirectory).length > 0);
    this.#tell(name, `its runner has written ${dim("conf.d/90-lighthouse.conf")}: the brokers to find when it boots`);
  }

  async boot(name) {
    const broker = await this.#broker(name);
    this.#tell(name, "its broker boots");
    await broker.start();
    await broker.serves();
    this.#tell(name, "its broker serves");
  }

  async kill(name) {
    await this.#brokers.get(name).kill();
    this.#tell(name, "its broker was killed (kill -9)");
  }

  /** Until a broker says that exactly these run in its cluster. */
  async untilRunning(asked, names) {
    const wanted = names.map((name) => `${name}@localhost`).join(" ");
    await this.#until(`one cluster of ${wanted}`, async () => {
      const { running } = await this.#brokers.get(asked).cluster();
      return running.join(" ") === wanted;
    });
    say(`${clock()}  ${green("✓")} one cluster: ${bold(wanted)}  ${dim(`(rabbitmqctl cluster_status on ${asked})`)}`);
  }

  /** Until HAProxy gives clients to exactly these. */
  async untilServing(names) {
    const socket = join(this.#site.directory, "host-mq1/haproxy/haproxy.sock");
    const wanted = names.map((name) => String(this.#brokers.get(name).port)).sort();
    await this.#until(`HAProxy to serve ${names.join(", ")}`, async () => {
      const lines = await haproxyStats(socket);
      const up = lines.filter(({ proxy, status, address }) => proxy === "broker" && address && status.startsWith("UP"));
      return (
        up
          .map(({ address }) => address.split(":").at(-1))
          .sort()
          .join() === wanted.join()
      );
    });
    say(`${clock()}  ${green("✓")} clients of ${cyan(`127.0.0.1:${this.#port}`)} reach ${bold(names.join(", "))}`);
  }

  /** Until a runner's status says something of `text`, which is then shown. */
  async untilProblem(name, text) {
    const sentence = await this.#until(`a problem about ${text}`, async () => {
      const { body } = await this.#runners.get(name).get("/api/v1/status");
      const { problems } = JSON.parse(body).balancers.rabbitmq;
      return problems.map(({ message }) => message).find((message) => message.includes(text));
    });
    this.#tell(name, `status says: ${sentence}`);
  }

  async end() {
    for (const runner of this.#runners.values()) await runner.stop();
    await killHaproxies(this.#site.directory, "SIGTERM");
    await this.#site.stop();
  }

  get #nodes() {
    return join(this.#site.directory, "nodes");
  }

  async #broker(name) {
    if (!this.#brokers.has(name)) this.#brokers.set(name, await this.#site.broker(name));
    return this.#brokers.get(name);
  }

  #tell(name, text) {
    say(`${clock()}  ${bold(name.padEnd(4))}  ${text}`);
  }

  #until(what, condition) {
    const look = async () => {
      this.#signal.throwIfAborted();
      return condition();
    };
    return waitFor(look, { what, ...PATIENCE }).catch((error) => {
      if (this.#signal.aborted) throw error;
      const said = [...this.#runners].map(([name, runner]) => `${name}: ${runner.output().slice(-2000)}`);
      throw new Failure(`${error.message}\n${said.join("\n")}`);
    });
  }
}
