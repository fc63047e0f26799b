import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { httpGet } from "./http-request.js";
import { etcdBinary } from "./required-server.js";
import { waitFor } from "./wait-for.js";

/** How one member is run. */
export interface EtcdMemberOptions {
  readonly name: string;
  /** Holds its data. */
  readonly directory: string;
  /** Where clients speak plain HTTP. */
  readonly port: number;
  /** All flags but its name and its data directory. */
  readonly flags: readonly string[];
}

const KEPT_OUTPUT = 200_000;

/** A real etcd server, on loopback. */
export class EtcdMember {
  readonly port: number;
  /** As a client names it: `127.0.0.1:<port>`. */
  readonly host: string;
  readonly #options: EtcdMemberOptions;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(options: EtcdMemberOptions) {
    this.#options = options;
    this.port = options.port;
    this.host = `127.0.0.1:${options.port}`;
  }

  /** Starts the process; `serves` tells when it answers clients. `more` are flags for this run alone. */
  start(more: readonly string[] = []): void {
    const { name, flags } = this.#options;
    const args = ["--name", name, "--data-dir", this.#dataDirectory, ...flags, ...more];
    const child = spawn(etcdBinary(), args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part: string) => {
        this.#output = (this.#output + part).slice(-KEPT_OUTPUT);
      });
    }
    child.once("error", (error) => {
      this.#output += error.message;
    });
  }

  /** Waits until it answers clients and knows a leader. */
  async serves(deadlineMs = 60_000): Promise<void> {
    const answers = async (): Promise<boolean> => {
      if (!this.running) throw new Error(`it has ended; its output:\n${this.#output}`);
      const { body } = await httpGet({ port: this.port, path: "/health", timeoutMs: 5_000 });
      return body.includes('"true"');
    };
    await waitFor(answers, { what: `etcd on port ${this.port} to serve`, deadlineMs, everyMs: 50 });
  }

  get running(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Stops the process where it stands: connections stay open, nothing is answered. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Ends the process, without a word by default, and waits until it is gone. Safe twice. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.running) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await ended;
  }

  /** Removes all it has stored; it must not run. */
  async wipe(): Promise<void> {
    await rm(this.#dataDirectory, { recursive: true, force: true });
  }

  get #dataDirectory(): string {
    return join(this.#options.directory, "data");
  }
}
