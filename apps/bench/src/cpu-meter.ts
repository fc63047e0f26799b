import { haproxyProcesses } from "@lighthouse-sd/test-servers";
import type { Follower } from "./column.js";
import { CpuAccount, type CpuUse } from "./cpu-account.js";
import { type ProcessTimes, processTimes } from "./process-figures.js";

/** How often processes are looked at: what one uses between the last look and its end is not counted. */
const EVERY_MS = 50;

/** Measures the CPU time that a column uses from `start` to `stop`. */
export class CpuMeter {
  readonly #column: Follower;
  readonly #account: CpuAccount;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  private constructor(column: Follower) {
    this.#column = column;
    this.#account = new CpuAccount(column.controllerPid);
  }

  static async start(column: Follower): Promise<CpuMeter> {
    const meter = new CpuMeter(column);
    await meter.look();
    meter.#running = meter.#run();
    return meter;
  }

  /** Looks now, and gives what was used so far. */
  async look(): Promise<CpuUse> {
    const seen = new Map<number, ProcessTimes>();
    for (const { pid } of await haproxyProcesses(this.#column.directory)) {
      const times = processTimes(pid);
      if (times !== undefined) seen.set(pid, times);
    }
    this.#account.see(processTimes(this.#column.controllerPid), seen);
    return this.#account.use();
  }

  async stop(): Promise<CpuUse> {
    this.#stopped = true;
    await this.#running;
    return this.look();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      await this.look();
    }
  }
}
