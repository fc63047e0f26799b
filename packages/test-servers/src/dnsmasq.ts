import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { acceptsConnections } from "./accepts-connections.js";
import { freePort } from "./free-port.js";
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
  /** Starts anew with other records; it does not answer in between. */
  serve(records: readonly string[]): Promise<void>;
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
  readonly #server: ServerProcess;

  constructor(directory: string, port: number) {
    this.port = port;
    this.address = `127.0.0.1:${port}`;
    this.#file = join(directory, `dnsmasq-${port}.conf`);
    const keptInForeground = ["--keep-in-foreground", "--log-facility=-", `--user=${USER}`];
    this.#server = new ServerProcess(dnsmasqBinary(), [...keptInForeground, "--pid-file", "-C", this.#file]);
  }

  get output(): string {
    return this.#server.output;
  }

  async serve(records: readonly string[]): Promise<void> {
    await this.kill();
    await writeFile(this.#file, `${[`port=${this.port}`, ...EVERY_SERVER, ...records].join("\n")}\n`);
    await this.start();
  }

  pause(): void {
    this.#server.signal("SIGSTOP");
  }

  resume(): void {
    this.#server.signal("SIGCONT");
  }

  kill(): Promise<void> {
    return this.#server.kill();
  }

  async start(): Promise<void> {
    this.#server.start();
    await waitFor(
      () => {
        this.#server.requireRunning();
        return acceptsConnections(this.port);
      },
      { what: `dnsmasq to listen on port ${this.port}` },
    );
  }
}

/** Its own user could not read a test's directory. */
const USER = process.getuid?.() === 0 ? "root" : "";
