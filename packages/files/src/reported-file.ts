import { mkdir, readFile, stat, unlink, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf, writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { isMissing } from "./known-file.js";

/** A file that another reporter keeps fresh is left to it until it has missed a refresh: so many times the interval. */
const MISSED = 1.5;
/** What somebody has written over the file is replaced after this many milliseconds at most. */
const LONGEST_FOREIGN_MS = 10_000;

/** The file that a report keeps. Whose it is shows in its stamp: who wrote or refreshed it last knows that. */
export class ReportedFile {
  readonly #text: string;
  readonly #refreshMs: number;
  /** The stamp of the last write or refresh of one's own, and when that was by the monotonic clock. */
  #own: string | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  /** The stamp that was seen last, and since when. */
  #seen: string | undefined;
  #since = Number.NEGATIVE_INFINITY;

  /** A refresh is due every `refreshMs`; Infinity: never. */
  constructor(
    readonly path: string,
    text: string,
    refreshMs: number,
  ) {
    this.#text = text;
    this.#refreshMs = refreshMs;
  }

  /** Writes or refreshes the file if that is due. True: it did. */
  async look(): Promise<boolean> {
    const stamp = await stampOf(this.path);
    if (stamp !== this.#seen) {
      this.#seen = stamp;
      this.#since = performance.now();
    }
    const due = stamp === undefined || this.#own === undefined || (await this.#isDue(stamp));
    if (!due) return false;
    await this.#refresh();
    return true;
  }

  /** Removes the file if it is one's own. Rejects where that cannot be done. */
  async withdraw(): Promise<void> {
    try {
      if (this.#own === undefined || (await stampOf(this.path)) !== this.#own) return;
      if ((await readFile(this.path, "utf8")) === this.#text) await unlink(this.path);
    } catch (error) {
      if (isMissing(error)) return;
      const reason = (error as Error).message;
      throw new Error(
        `cannot withdraw ${this.path}: ${reason}; remove it by hand, or it counts as gone after its ttl`,
        { cause: error },
      );
    }
  }

  async #isDue(stamp: string): Promise<boolean> {
    // A directory that was away for a time brings an old file back, which is not new by having been out of sight.
    if (stamp === this.#own) return performance.now() - this.#refreshedAt >= this.#refreshMs;
    const elapsed = performance.now() - this.#since;
    if (elapsed >= this.#refreshMs * MISSED) return true;
    return elapsed >= LONGEST_FOREIGN_MS && (await readFile(this.path, "utf8")) !== this.#text;
  }

  async #refresh(): Promise<void> {
    await makeDirectory(dirname(this.path));
    if (!(await writeFileAtomic(this.path, this.#text))) {
      const now = new Date();
      await utimes(this.path, now, now);
    }
    this.#own = await stampOf(this.path);
    this.#refreshedAt = performance.now();
    this.#seen = this.#own;
    this.#since = this.#refreshedAt;
  }
}

/** Makes a service's directory, but not the one it lies in: where that is gone (not mounted, moved away) a new one would
 * pass for the source, with nobody else in it. */
async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT")
      throw new Error(`there is no directory ${dirname(directory)}; make it or correct "path"`, { cause: error });
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

/** Which file it is and when its content was written or refreshed last; undefined: there is none. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs } = await stat(path, { bigint: true });
    return `${ino}:${mtimeNs}`;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
