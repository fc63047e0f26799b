import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { FileReadError, type FileVersion, fileVersion, readSettledFile } from "@lighthouse-sd/plugin-kit";
import { errorText } from "../error-text.js";
import type { FileProblem } from "./configuration.js";
import { classify, type FileSlot, FOLDERS } from "./directory-layout.js";
import type { SourceText } from "./draft.js";
import type { Observation } from "./observation.js";
import { LARGEST_FILE } from "./parse-yaml.js";
import { REMOVAL_MS, type TrackedFile, trackFiles } from "./tracked-files.js";

/** How long one file that never rests may hold up the others, in milliseconds. */
const GIVE_UP_MS = 1000;

const NOTHING_HERE: FileProblem = {
  file: ".",
  message: `has no configuration file: they are runner.yaml, logging.yaml and those in ${FOLDERS.slice(1).join("/, ")}/`,
};

/** How a configuration directory is looked at. */
export interface ObserveOptions {
  readonly signal: AbortSignal;
  /** Between the two readings of a changed file, in milliseconds. */
  readonly settleMs: number;
  readonly emptiedOnPurpose: boolean;
}

interface Listing {
  readonly slots: ReadonlyMap<string, readonly FileSlot[]>;
  readonly unreadable: ReadonlyMap<string, string>;
  readonly problems: readonly FileProblem[];
  readonly notices: readonly FileProblem[];
}

type ReadFile = { readonly version?: FileVersion } & (
  | { readonly text: SourceText }
  | { readonly problem: FileProblem; readonly at: FileSlot }
  | { readonly gone: true }
);

/** Reads a configuration directory again and again; a file that has not changed is not read twice. */
export class ConfigurationDirectory {
  readonly #path: string;
  #tracked: ReadonlyMap<string, TrackedFile> = new Map();
  #last = new Map<string, ReadFile>();
  #first = true;

  constructor(path: string) {
    this.#path = path;
  }

  /** Before the first look: what was there when the runner last ended. It counts as there if the directory as a whole
   * cannot be read. */
  remember(texts: readonly SourceText[]): void {
    this.#tracked = new Map(texts.map(({ text: _text, ...at }) => [at.slot, { at }]));
    this.#last = new Map(texts.map((text) => [text.slot, { text }]));
  }

  /** What stands in the directory now. Rejects only where `signal` aborts. Calls must not overlap. */
  async observe(options: ObserveOptions): Promise<Observation & { readonly lookAgainMs?: number }> {
    const listing = await this.#list();
    const read = new Map<string, ReadFile>();
    const reading = [...listing.slots].map(async ([slot, files]) => read.set(slot, await this.#read(files, options)));
    await Promise.all(reading);
    const present = new Map<string, FileSlot>();
    for (const [slot, [at]] of listing.slots) {
      const file = read.get(slot);
      if (at !== undefined && file !== undefined && !("gone" in file)) present.set(slot, at);
    }
    const { files, problems, lookAgainMs } = trackFiles(this.#tracked, {
      now: performance.now(),
      graceMs: this.#first ? 0 : REMOVAL_MS,
      present,
      unreadable: listing.unreadable,
      emptiedOnPurpose: options.emptiedOnPurpose,
    });
    const entries = [...files.keys()].sort().flatMap((slot): [string, ReadFile][] => {
      const file = present.has(slot) ? read.get(slot) : this.#last.get(slot);
      return file === undefined ? [] : [[slot, file]];
    });
    this.#first = false;
    this.#tracked = files;
    this.#last = new Map(entries);
    const found = entries.map(([, file]) => file);
    return {
      texts: found.flatMap((file) => ("text" in file ? [file.text] : [])),
      unreadable: found.flatMap((file) => ("problem" in file ? [file.at] : [])),
      problems: [
        ...listing.problems,
        ...problems,
        ...found.flatMap((file) => ("problem" in file ? [file.problem] : [])),
      ],
      notices: entries.length === 0 ? [...listing.notices, NOTHING_HERE] : listing.notices,
      ...(lookAgainMs !== undefined && { lookAgainMs }),
    };
  }

  async #list(): Promise<Listing> {
    const slots = new Map<string, FileSlot[]>();
    const unreadable = new Map<string, string>();
    const problems: FileProblem[] = [];
    const notices: FileProblem[] = [];
    for (const folder of FOLDERS) {
      const names = await this.#names(folder, unreadable);
      for (const name of names) {
        const entry = classify(folder, name);
        if (entry.role === "file") slots.set(entry.at.slot, [...(slots.get(entry.at.slot) ?? []), entry.at]);
        if (entry.role === "problem") problems.push({ file: entry.file, message: entry.message });
        if (entry.role === "notice") notices.push({ file: entry.file, message: entry.message });
      }
      if (unreadable.has("")) break;
    }
    return { slots, unreadable, problems, notices };
  }

  /** Sorted. A folder that is not there has none; the directory itself must be there. */
  async #names(folder: string, unreadable: Map<string, string>): Promise<readonly string[]> {
    try {
      return (await readdir(join(this.#path, folder))).sort();
    } catch (error) {
      const absent = (error as NodeJS.ErrnoException).code === "ENOENT" && folder !== "";
      if (!absent) unreadable.set(folder, errorText(error));
      return [];
    }
  }

  async #read(files: readonly FileSlot[], options: ObserveOptions): Promise<ReadFile> {
    const [at, other] = files;
    if (at === undefined) return { gone: true };
    if (other !== undefined) {
      const message = `there is also ${other.file}; remove one of the two`;
      return { at, problem: { file: at.file, message } };
    }
    const path = join(this.#path, at.file);
    const last = this.#last.get(at.slot);
    try {
      const { key } = await fileVersion(path);
      if (last?.version?.key === key && "text" in last && last.text.file === at.file) return last;
      const known = last?.version;
      const limits = { giveUpMs: GIVE_UP_MS, maxBytes: LARGEST_FILE };
      const { text, version } = await readSettledFile(path, { ...options, ...limits, known });
      return { version, text: { ...at, text } };
    } catch (error) {
      options.signal.throwIfAborted();
      return { ...(await unreadableFile(at, path, error)) };
    }
  }
}

async function unreadableFile(at: FileSlot, path: string, error: unknown): Promise<ReadFile> {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
    return { at, problem: { file: at.file, message: reasonOf(error, path) } };
  }
  const link = await lstat(path).catch(() => undefined);
  if (link?.isSymbolicLink() !== true) return { gone: true };
  return { at, problem: { file: at.file, message: "is a symbolic link to something that is not there" } };
}

/** Without the path, which stands before it. */
function reasonOf(error: unknown, path: string): string {
  if (error instanceof FileReadError) return error.message.replace(`${path} `, "");
  return `cannot be read: ${errorText(error)}`;
}
