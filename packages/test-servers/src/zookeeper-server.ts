import { execFileSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
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
export class ZookeeperServer {
  readonly port: number;
  /** As a client names it: `127.0.0.1:<port>`. */
  readonly host: string;
  readonly #options: ZookeeperServerOptions;
  readonly #process: ServerProcess;
  readonly #file: string;
  readonly #data: string;

  constructor(options: ZookeeperServerOptions) {
    this.#options = options;
    this.port = options.port;
    this.host = `127.0.0.1:${options.port}`;
    this.#file = join(options.directory, "zoo.cfg");
    this.#data = join(options.directory, "data");
    this.#process = new ServerProcess("java", [...JAVA, "-cp", zookeeperClasspath(), MAIN, this.#file]);
  }

  /** What it has written. */
  get output(): string {
    return this.#process.output;
  }

  /** Starts the process; `serves` tells when it answers clients. */
  async start(): Promise<void> {
    const { port, settings, id } = this.#options;
    await mkdir(this.#data, { recursive: true });
    if (id !== undefined) await writeFile(join(this.#data, "myid"), `${id}\n`);
    const lines = [...EVERY_SERVER, `dataDir=${this.#data}`, `clientPort=${port}`, ...settings];
    await writeFile(this.#file, `${lines.join("\n")}\n`);
    this.#process.start();
  }

  /** Waits until it answers clients: started, and in an ensemble with a quorum. */
  async serves(deadlineMs = 60_000): Promise<void> {
    const what = `ZooKeeper on port ${this.port} to serve`;
    const answers = async (): Promise<boolean> => {
      this.#process.requireRunning();
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

  /** Stops the process where it stands: connections stay open, nothing is answered. */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  /** From now on it can write to no file, as with a full disk; until it is started again. */
  fillDisk(): void {
    execFileSync("prlimit", ["--pid", String(this.#process.pid), "--fsize=1"]);
  }

  /** Ends the process, without a word by default, and waits until it is gone. Safe twice. */
  kill(signal?: NodeJS.Signals): Promise<void> {
    return this.#process.kill(signal);
  }

  /** Removes all it has stored; it must not run. */
  async wipe(): Promise<void> {
    await rm(this.#data, { recursive: true, force: true });
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
