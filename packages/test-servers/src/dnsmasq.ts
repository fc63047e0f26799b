import { Resolver } from "node:dns/promises";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { untilListening } from "./listening-server.js";
import { dnsmasqBinary } from "./required-server.js";
import { ServerProcess } from "./server-process.js";
import { waitFor } from "./wait-for.js";

/** How a DNS server is run. */
export interface DnsmasqOptions {
  /** Holds its configuration. */
  readonly directory: string;
  /** Lines of its configuration that say what it knows: `host-record=app1.test,10.0.0.5,30`, `local=/test/`,
   * `srv-host=_http._tcp.web.test,app1.test,8000,0,10`, `cname=www.test,app1.test`. */
  readonly records?: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
}

/** A real DNS server (UDP and TCP), on loopback. It knows what it is told, and refuses the rest. */
export interface Dnsmasq {
  readonly port: number;
  /** As a client names it: `127.0.0.1:<port>`. */
  readonly address: string;
  readonly output: string;
  /** Whether its process is there, paused or not. */
  readonly running: boolean;
  /** Starts anew with other records; it does not answer in between. */
  serve(records: readonly string[]): Promise<void>;
  /** Gives it other lines of a hosts file (`10.0.0.5 app1.test`), beside its records; it goes on answering. Settles when
   * they count, or at once where it does not run or is paused: then they count as soon as it answers again. */
  setHosts(lines: readonly string[]): Promise<void>;
  /** Stops the process where it stands: questions arrive, nothing is answered. */
  pause(): void;
  resume(): void;
  /** Ends it, and waits until it is gone: its port refuses. Safe twice. */
  kill(): Promise<void>;
  /** Starts it again with its last records. */
  start(): Promise<void>;
}

/** Starts one and waits until it answers. Whoever starts it kills it. */
export async function startDnsmasq(options: DnsmasqOptions): Promise<Dnsmasq> {
  const server = new RunningDnsmasq(options.directory, options.port ?? (await freePort()));
  await server.serve(options.records ?? []);
  return server;
}

const EVERY_SERVER = ["listen-address=127.0.0.1", "bind-interfaces", "no-resolv", "no-hosts", "cache-size=0"];

class RunningDnsmasq implements Dnsmasq {
  readonly port: number;
  readonly address: string;
  readonly #file: string;
  readonly #hostsFile: string;
  readonly #server: ServerProcess;
  #hosts: readonly string[] = [];
  #hostsWritten = 0;
  #paused = false;

  constructor(directory: string, port: number) {
    this.port = port;
    this.address = `127.0.0.1:${port}`;
    this.#file = join(directory, `dnsmasq-${port}.conf`);
    this.#hostsFile = join(directory, `dnsmasq-${port}.hosts`);
    const keptInForeground = ["--keep-in-foreground", "--log-facility=-", `--user=${USER}`];
    this.#server = new ServerProcess(dnsmasqBinary(), [...keptInForeground, "--pid-file", "-C", this.#file]);
  }

  get output(): string {
    return this.#server.output;
  }

  get running(): boolean {
    return this.#server.running;
  }

  async serve(records: readonly string[]): Promise<void> {
    await this.kill();
    const lines = [`port=${this.port}`, `addn-hosts=${this.#hostsFile}`, ...EVERY_SERVER, ...records];
    await writeFile(this.#file, `${lines.join("\n")}\n`);
    await this.#writeHosts();
    await this.start();
  }

  async setHosts(lines: readonly string[]): Promise<void> {
    this.#hosts = lines;
    const marker = await this.#writeHosts();
    this.#server.signal("SIGHUP");
    if (this.#paused || !this.#server.running) return;
    const resolver = new Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([this.address]);
    await waitFor(async () => (await resolver.resolve4(marker)).length > 0, {
      what: `dnsmasq on port ${this.port} to know its new hosts`,
      everyMs: 2,
    });
  }

  /** With a name that tells by which of its hosts files it answers. */
  async #writeHosts(): Promise<string> {
    this.#hostsWritten += 1;
    const marker = `hosts-${this.#hostsWritten}.dnsmasq.invalid`;
    await writeFile(`${this.#hostsFile}.new`, `${[...this.#hosts, `127.0.0.1 ${marker}`].join("\n")}\n`);
    await rename(`${this.#hostsFile}.new`, this.#hostsFile);
    return marker;
  }

  pause(): void {
    this.#paused = true;
    this.#server.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#server.resume();
  }

  kill(): Promise<void> {
    return this.#server.kill();
  }

  async start(): Promise<void> {
    this.#paused = false;
    this.#server.start();
    await untilListening(this.#server, "dnsmasq", this.port);
  }
}

/** Its own user could not read a test's directory. */
const USER = process.getuid?.() === 0 ? "root" : "";
