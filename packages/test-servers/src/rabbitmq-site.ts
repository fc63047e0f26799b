import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, freePorts } from "./free-port.js";
import { untilListening } from "./listening-server.js";
import { RabbitmqBroker } from "./rabbitmq-broker.js";
import { rabbitmqPrograms } from "./required-server.js";
import { ServerProcess } from "./server-process.js";
import { tempDirectory } from "./temp-directory.js";

const COMMAND_PORTS = 24;
/** One scheduler is enough for a test's broker, and leaves the processors to the tests. */
const ERLANG = "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none";

/** A place for brokers that can form clusters: they share an epmd, a cookie and nothing with the system's. */
export interface RabbitmqSite {
  /** Goes with it; for a test's own files. */
  readonly directory: string;
  /** The folder of `rabbitmqctl` and the other programs. */
  readonly programs: string;
  /** What they need to reach these brokers. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where its epmd listens, on loopback. */
  readonly epmdPort: number;
  /** A broker of its own that has never been started, called `<name>@localhost`. `settings` are further lines of its
   * rabbitmq.conf. */
  broker(name: string, settings?: readonly string[]): Promise<RabbitmqBroker>;
  /** Kills all that was started here and removes its files. Safe twice. */
  stop(): Promise<void>;
}

/** Prepares one. `netTickSeconds`: how soon a broker that hangs counts as gone for the others, about; RabbitMQ's own
 * default is 60. */
export async function startRabbitmqSite(options: { readonly netTickSeconds?: number } = {}): Promise<RabbitmqSite> {
  const programs = rabbitmqPrograms();
  const directory = await tempDirectory("lhmq");
  const epmdPort = await freePort();
  const environment = await siteEnvironment(directory.path, epmdPort, options.netTickSeconds ?? 60);
  const epmd = await startEpmd(directory.path, epmdPort);
  const brokers: RabbitmqBroker[] = [];
  return {
    directory: directory.path,
    programs,
    environment,
    epmdPort,
    broker: async (name, settings = []) => {
      const [amqp = 0, dist = 0, management = 0] = await freePorts(3);
      const ports = { amqp, dist, management };
      const own = { name: `${name}@localhost`, directory: join(directory.path, name), ports };
      const broker = new RabbitmqBroker({ ...own, programs, environment, settings });
      brokers.push(broker);
      return broker;
    },
    stop: async () => {
      await Promise.all(brokers.map((broker) => broker.kill()));
      await epmd.kill();
      await directory.remove();
    },
  };
}

async function siteEnvironment(
  directory: string,
  epmdPort: number,
  netTickSeconds: number,
): Promise<Readonly<Record<string, string>>> {
  const home = join(directory, "home");
  await mkdir(home);
  await writeFile(join(home, ".erlang.cookie"), "lighthouse-test", { mode: 0o400 });
  // Few commands run at once; what is taken between the first and the last is passed over.
  const ports = (await freePorts(COMMAND_PORTS)).sort((a, b) => a - b);
  return {
    HOME: home,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_CTL_DIST_PORT_MIN: String(ports[0]),
    RABBITMQ_CTL_DIST_PORT_MAX: String(ports.at(-1)),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `${ERLANG} -kernel net_ticktime ${netTickSeconds}`,
    RABBITMQ_CTL_ERL_ARGS: ERLANG,
  };
}

/** In the foreground, and by a name below the directory, so that it ends with the tests. */
async function startEpmd(directory: string, port: number): Promise<ServerProcess> {
  const program = join(directory, "epmd");
  await symlink("/usr/bin/epmd", program);
  const epmd = new ServerProcess(program, ["-port", String(port), "-address", "127.0.0.1"]);
  epmd.start();
  await untilListening(epmd, "epmd", port);
  return epmd;
}
