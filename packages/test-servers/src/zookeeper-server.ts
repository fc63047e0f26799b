import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { RegistryMember } from "./registry-member.js";
import { zookeeperClasspath } from "./required-server.js";
import { ServerProcess } from "./server-process.js";
import { waitFor } from "./wait-for.js";

/** How one server is run. */
export interface ZookeeperServerOptions {
  /** Holds its configuration and data. */
  readonly directory: string;
  readonly port: number;
  /** Lines of zoo.cfg beside the ones every server has. */
  readonly settings: readonly string[];
  /** Its number in an ensemble. */
  readonly id?: number;
}

/** A real ZooKeeper server, on loopback. */
export class ZookeeperServer extends RegistryMember {
  readonly #options: ZookeeperServerOptions;
  readonly #file: string;

  constructor(options: ZookeeperServerOptions) {
    const file = join(options.directory, "zoo.cfg");
    const command = [...JAVA, "-cp", zookeeperClasspath(), MAIN, file];
    super(options.port, options.directory, () => new ServerProcess("java", command));
    this.#options = options;
    this.#file = file;
  }

  /** What it has written. */
  get output(): string {
    return this.process.output;
  }

  /** Starts the process; `serves` tells when it answers clients. */
  async start(): Promise<void> {
    const { port, settings, id } = this.#options;
    await mkdir(this.data, { recursive: true });
    if (id !== undefined) await writeFile(join(this.data, "myid"), `${id}\n`);
    const lines = [...EVERY_SERVER, `dataDir=${this.data}`, `clientPort=${port}`, ...settings];
    await writeFile(this.#file, `${lines.join("\n")}\n`);
    this.process.start();
  }

  /** Waits until it answers clients: started, and in an ensemble with a quorum. */
  async serves(deadlineMs = 60_000): Promise<void> {
    const what = `ZooKeeper on port ${this.port} to serve`;
    const answers = async (): Promise<boolean> => {
      this.process.requireRunning();
      return (await this.command("srvr")).includes("Mode:");
    };
    await waitFor(answers, { what, deadlineMs, everyMs: 50 });
  }

  /** What it answers to a four-letter word: `ruok`, `mntr`, `cons`, `wchs`. */
  command(word: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect(this.port, "127.0.0.1", () => socket.end(word));
      socket.setEncoding("utf8");
      socket.setTimeout(5_000, () => socket.destroy(new Error(`no answer to "${word}" within 5 s`)));
      socket.on("data", (part: string) => {
        answer += part;
      });
      socket.once("error", reject);
      socket.once("close", () => resolve(answer));
    });
  }

  /** The values of `mntr`, by name: `zk_znode_count`, `zk_num_alive_connections`, … */
  async figures(): Promise<Readonly<Record<string, string>>> {
    const lines = (await this.command("mntr")).trim().split("\n");
    return Object.fromEntries(lines.map((line) => line.split("\t") as [string, string]));
  }
}

const MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
const JAVA = [
  "-Xmx512m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Djava.net.preferIPv4Stack=true",
  "-Dzookeeper.forceSync=no",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
];
const EVERY_SERVER = [
  "clientPortAddress=127.0.0.1",
  "admin.enableServer=false",
  "maxClientCnxns=0",
  "4lw.commands.whitelist=*",
];
