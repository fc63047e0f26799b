import { type ChildProcess, spawn } from "node:child_process";
import { suspend } from "./suspend.js";

const KEPT_OUTPUT = 200_000;

/** A program in the foreground that is started, hung, killed and started again. */
export class ServerProcess {
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #user: { readonly uid: number; readonly gid: number } | undefined;
  #child: ChildProcess | undefined;
  #output = "";

  /** Starts nothing. One of `args` should begin with the test's directory: so it goes with the test process. Without
   * `user` it runs as the tests do. */
  constructor(program: string, args: readonly string[], user?: { readonly uid: number; readonly gid: number }) {
    this.#program = program;
    this.#args = args;
    this.#user = user;
  }

  /** The newest part of what it has written, stdout and stderr as they came. */
  get output(): string {
    return this.#output;
  }

  /** Of the process that was started last. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether the process is there, hung or not. */
  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it; `more` are arguments for this run alone. Does not wait for anything. */
  start(more: readonly string[] = []): void {
    const child = spawn(this.#program, [...this.#args, ...more], { stdio: ["ignore", "pipe", "pipe"], ...this.#user });
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

  /** Throws, with its output, where it has ended: there is nothing to wait for. */
  requireRunning(): void {
    if (!this.running) throw new Error(`${this.#program} has ended; its output:\n${this.#output}`);
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Stops it where it stands: connections are accepted, nothing is answered. It stands when this returns. */
  pause(): void {
    this.requireRunning();
    if (this.pid !== undefined) suspend(this.pid);
  }

  resume(): void {
    this.signal("SIGCONT");
  }

  /** Ends it, without a word by default and also where it hangs, and waits until it is gone. Safe twice. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.running) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await ended;
  }
}
