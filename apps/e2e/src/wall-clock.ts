import { fileURLToPath } from "node:url";
import { replaceFile } from "./replace-file.js";

const PRELOAD = fileURLToPath(new URL("./moved-clock.mjs", import.meta.url));

/** The wall clock of a host, which somebody can set: that of every process with its environment. */
export class WallClock {
  readonly #file: string;
  #wrongBy = 0;

  private constructor(file: string) {
    this.#file = file;
  }

  /** One that goes right; `file` is where it is set. */
  static async at(file: string): Promise<WallClock> {
    const clock = new WallClock(file);
    await clock.set(0);
    return clock;
  }

  /** For processes that are to look at it. */
  get env(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import=${PRELOAD}`, MOVED_CLOCK: this.#file };
  }

  /** Unix milliseconds, as it shows them. */
  now(): number {
    return Date.now() + this.#wrongBy;
  }

  /** Makes it jump: from now on it is wrong by so many milliseconds. */
  async set(wrongBy: number): Promise<void> {
    this.#wrongBy = wrongBy;
    await replaceFile(this.#file, String(wrongBy));
  }
}
