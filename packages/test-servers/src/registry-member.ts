import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ServerProcess } from "./server-process.js";

/** One server of a registry, on loopback, with what can befall it. */
export class RegistryMember {
  readonly port: number;
  /** As a client names it: `127.0.0.1:<port>`. */
  readonly host: string;
  protected readonly process: ServerProcess;
  /** The folder of what it has stored. */
  protected readonly data: string;

  /** `run` makes the process, which is not started, for the folder of its data below `directory`. */
  protected constructor(port: number, directory: string, run: (data: string) => ServerProcess) {
    this.port = port;
    this.host = `127.0.0.1:${port}`;
    this.data = join(directory, "data");
    this.process = run(this.data);
  }

  /** Stops the process where it stands: connections stay open, nothing is answered. */
  pause(): void {
    this.process.pause();
  }

  resume(): void {
    this.process.resume();
  }

  /** From now on it can write to no file, as with a full disk; until it is started again. */
  fillDisk(): void {
    execFileSync("prlimit", ["--pid", String(this.process.pid), "--fsize=1"]);
  }

  /** Ends the process, without a word by default, and waits until it is gone. Safe twice. */
  kill(signal?: NodeJS.Signals): Promise<void> {
    return this.process.kill(signal);
  }

  /** Removes all it has stored; it must not run. */
  async wipe(): Promise<void> {
    await rm(this.data, { recursive: true, force: true });
  }
}
