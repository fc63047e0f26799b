import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { acceptsConnections } from "./accepts-connections.js";
import { ServerProcess } from "./server-process.js";
import { waitFor } from "./wait-for.js";

const run = promisify(execFile);
const BOOT_MS = 300_000;
const COMMAND_MS = 120_000;

/** How one broker is run. */
export interface BrokerOptions {
  /** Its Erlang node: `mq1@localhost`. */
  readonly name: string;
  /** Holds its configuration, logs and data. */
  readonly directory: string;
  readonly programs: string;
  readonly ports: { readonly amqp: number; readonly dist: number; readonly management: number };
  /** Of every process of its site. */
  readonly environment: Readonly<Record<string, string>>;
  /** Further lines of its rabbitmq.conf. */
  readonly settings: readonly string[];
}

/** A real RabbitMQ broker with its management API, on loopback. */
export class RabbitmqBroker {
  readonly name: string;
  readonly port: number;
  readonly managementPort: number;
  /** What every `*.conf` in it says, the broker reads when it boots. */
  readonly confDirectory: string;
  readonly #options: BrokerOptions;
  readonly #process: ServerProcess;
  readonly #data: string;

  constructor(options: BrokerOptions) {
    const { name, directory, ports, programs, environment } = options;
    this.name = name;
    this.port = ports.amqp;
    this.managementPort = ports.management;
    this.confDirectory = join(directory, "conf.d");
    this.#options = options;
    this.#data = join(directory, "mnesia");
    const own = {
      ...environment,
      RABBITMQ_NODENAME: name,
      RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
      RABBITMQ_NODE_PORT: String(ports.amqp),
      RABBITMQ_DIST_PORT: String(ports.dist),
      RABBITMQ_MNESIA_BASE: this.#data,
      RABBITMQ_LOG_BASE: join(directory, "log"),
      RABBITMQ_CONFIG_FILE: join(directory, "rabbitmq.conf"),
      // What it reads by default; a directory without a pattern would be read whole.
      RABBITMQ_CONFIG_FILES: join(this.confDirectory, "*.conf"),
      RABBITMQ_ADVANCED_CONFIG_FILE: join(directory, "advanced.config"),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, "enabled_plugins"),
      RABBITMQ_PID_FILE: join(directory, "pid"),
      // The server's script then becomes the server, instead of waiting for it.
      RUNNING_UNDER_SYSTEMD: "true",
    };
    const variables = Object.entries(own).map(([key, value]) => `${key}=${value}`);
    this.#process = new ServerProcess("env", [...variables, join(programs, "rabbitmq-server")]);
  }

  /** Makes its directories, so that something can be put into `confDirectory` before it starts. */
  async prepare(): Promise<void> {
    await mkdir(this.confDirectory, { recursive: true });
  }

  /** Starts the process with what it has stored; `serves` tells when it answers clients. */
  async start(): Promise<void> {
    const { directory, ports, settings } = this.#options;
    await this.prepare();
    const lines = [
      "management.tcp.ip = 127.0.0.1",
      `management.tcp.port = ${ports.management}`,
      "collect_statistics_interval = 1000",
      ...settings,
    ];
    await writeFile(join(directory, "rabbitmq.conf"), `${lines.join("\n")}\n`);
    await writeFile(join(directory, "enabled_plugins"), "[rabbitmq_management].\n");
    this.#process.start();
  }

  /** Waits until it answers clients and its management API does. */
  async serves(): Promise<void> {
    const answers = async (): Promise<boolean> => {
      this.#process.requireRunning();
      return (await acceptsConnections(this.port)) && (await acceptsConnections(this.managementPort));
    };
    await waitFor(answers, { what: `${this.name} to serve`, deadlineMs: BOOT_MS, everyMs: 100 });
  }

  /** What it has written to its terminal. */
  get output(): string {
    return this.#process.output;
  }

  get running(): boolean {
    return this.#process.running;
  }

  /** What `rabbitmqctl` with these arguments says of it. Rejects where that fails. */
  async ctl(...args: readonly string[]): Promise<string> {
    return this.#command("rabbitmqctl", args);
  }

  /** The names of the members of its cluster, and which of them run, as it sees them. */
  async cluster(): Promise<{ readonly members: readonly string[]; readonly running: readonly string[] }> {
    const status = JSON.parse(await this.ctl("cluster_status", "--formatter", "json")) as Record<string, string[]>;
    const members = [...(status["disk_nodes"] ?? []), ...(status["ram_nodes"] ?? [])];
    return { members: members.sort(), running: [...(status["running_nodes"] ?? [])].sort() };
  }

  /** Declares a durable queue in it. Rejects where it does not take it. */
  async putQueue(name: string, queueArguments: Readonly<Record<string, unknown>>): Promise<void> {
    const body = JSON.stringify({ durable: true, arguments: queueArguments });
    await this.management(`queues/%2f/${name}`, { method: "PUT", body });
  }

  /** What its management API answers, as text. Rejects where that refuses. */
  async management(path: string, request: { readonly method?: string; readonly body?: string } = {}): Promise<string> {
    const headers = { authorization: `Basic ${Buffer.from("guest:guest").toString("base64")}` };
    const url = `http://127.0.0.1:${this.managementPort}/api/${path}`;
    const response = await fetch(url, { ...request, headers });
    if (!response.ok) throw new Error(`${url} answered with ${response.status}`);
    return response.text();
  }

  /** Stops the process where it stands: connections stay open, nothing is answered. */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  /** Ends the process, without a word, and waits until it is gone. Safe twice. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** Removes all it has stored; it must not run. */
  async wipe(): Promise<void> {
    await rm(this.#data, { recursive: true, force: true });
  }

  async #command(program: string, args: readonly string[]): Promise<string> {
    const { programs, environment } = this.#options;
    const { stdout } = await run(join(programs, program), ["-q", "-n", this.name, ...args], {
      env: { ...process.env, ...environment },
      timeout: COMMAND_MS,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  }
}
