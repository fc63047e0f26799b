import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { errorText } from "../error-text.js";
import { classify, FOLDERS } from "./directory-layout.js";
import type { SourceText } from "./draft.js";
import type { Drafts } from "./file-set.js";

/** The texts in force, kept over a restart in a copy of the configuration directory. Only their owner can read them: a
 * configuration may hold secrets. */
export class AcceptedTexts {
  readonly #directory: string;
  readonly #log: Logger;
  #saved = new Map<string, string>();
  #failure: string | undefined;

  constructor(directory: string, log: Logger) {
    this.#directory = directory;
    this.#log = log;
  }

  /** What was kept last, as far as it can be read. */
  async load(): Promise<readonly SourceText[]> {
    const texts = new Map<string, SourceText>();
    for (const folder of FOLDERS) {
      const names = await readdir(join(this.#directory, folder)).catch(() => []);
      for (const name of names.sort()) {
        const entry = classify(folder, name);
        if (entry.role !== "file") continue;
        const text = await this.#read(entry.at.file);
        if (text === undefined) continue;
        this.#saved.set(entry.at.file, text);
        texts.set(entry.at.slot, { ...entry.at, text });
      }
    }
    return [...texts.values()];
  }

  /** Makes what is kept equal to `drafts`. A failure is logged once, and tried again with the next call. */
  async save(drafts: Drafts): Promise<void> {
    try {
      const wanted = new Map(
        [...drafts.values()].filter((draft) => draft.placeholder !== true).map(({ file, text }) => [file, text]),
      );
      for (const [file, text] of wanted) await this.#write(file, text);
      for (const file of [...this.#saved.keys()].filter((saved) => !wanted.has(saved))) {
        await rm(join(this.#directory, file), { force: true });
        this.#saved.delete(file);
      }
      this.#failure = undefined;
    } catch (error) {
      const failure = errorText(error);
      if (failure !== this.#failure) {
        this.#log.warn(`the configuration in force cannot be kept for a restart in ${this.#directory}: ${failure}`);
      }
      this.#failure = failure;
    }
  }

  async #write(file: string, text: string): Promise<void> {
    if (this.#saved.get(file) === text) return;
    const path = join(this.#directory, file);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFileAtomic(path, text, { mode: 0o600 });
    this.#saved.set(file, text);
  }

  async #read(file: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.#directory, file), "utf8");
    } catch (error) {
      this.#log.warn(`the kept text of ${file} cannot be read: ${errorText(error)}`);
      return undefined;
    }
  }
}
