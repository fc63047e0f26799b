import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { httpGet } from "./http-request.js";
import { etcdBinary } from "./required-server.js";
import { ServerProcess } from "./server-process.js";
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

/** A real etcd server, on loopback. */
export class EtcdMember {
  readonly port: number;
  /** As a client names it: `127.0.0.1:<port>`. */
  readonly host: string;
  readonly #process: ServerProcess;
  readonly #data: string;

  constructor({ name, directory, port, flags }: EtcdMemberOptions) {
    this.port = port;
    this.host = `127.0.0.1:${port}`;
    this.#data = join(directory, "data");
    this.#process = new ServerProcess(etcdBinary(), ["--name", name, "--data-dir", this.#data, ...flags]);
  }

  /** Starts the process; `serves` tells when it answers clients. `more` are flags for this run alone. */
  start(more: readonly string[] = []): void {
    this.#process.start(more);
  }

  /** Waits until it answers clients and knows a leader. */
  async serves(deadlineMs = 60_000): Promise<void> {
    const answers = async (): Promise<boolean> => {
      this.#process.requireRunning();
      const { body } = await httpGet({ port: this.port, path: "/health", timeoutMs: 5_000 });
      return body.includes('"true"');
    };
    await waitFor(answers, { what: `etcd on port ${this.port} to serve`, deadlineMs, everyMs: 50 });
  }

  get running(): boolean {
    return this.#process.running;
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
