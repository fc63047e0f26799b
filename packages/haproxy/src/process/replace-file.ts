import { link, readFile, rename, rm } from "node:fs/promises";
import { type PreparedFile, prepareFile, type WriteOptions, writeFileAtomic } from "@lighthouse-sd/plugin-kit";

/** A file that is replaced for as long as it takes to know whether the new one works. */
export class FileReplacement {
  readonly #path: string;
  readonly #candidate: PreparedFile;
  readonly #options: WriteOptions;
  /** What stood there before: a second link to it, its text where no link can be made, or nothing at all. */
  #before: { readonly linked: boolean; readonly text: string | undefined } = { linked: false, text: undefined };

  private constructor(path: string, candidate: PreparedFile, options: WriteOptions) {
    this.#path = path;
    this.#candidate = candidate;
    this.#options = options;
  }

  /** Puts `text` in the place of the file at `path`. */
  static async put(path: string, text: string, options: WriteOptions): Promise<FileReplacement> {
    const replacement = new FileReplacement(path, await prepareFile(path, text, options), options);
    await replacement.#keepOld();
    await replacement.#candidate.commit();
    return replacement;
  }

  get #link(): string {
    return `${this.#path}.previous`;
  }

  async #keepOld(): Promise<void> {
    await rm(this.#link, { force: true });
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) return;
    const linked =
      this.#options.inPlace !== true &&
      (await link(this.#path, this.#link).then(
        () => true,
        () => false,
      ));
    this.#before = { linked, text };
  }

  /** The new file stands. */
  async keep(): Promise<void> {
    await rm(this.#link, { force: true });
  }

  /** The old file is back, as it was. */
  async restore(): Promise<void> {
    const { linked, text } = this.#before;
    if (linked) await rename(this.#link, this.#path);
    else if (text !== undefined) await writeFileAtomic(this.#path, text, this.#options);
    else await rm(this.#path, { force: true });
  }
}
