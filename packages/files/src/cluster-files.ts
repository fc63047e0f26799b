import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DiscoveryRecord } from "@lighthouse-sd/core";
import { eachLimited } from "@lighthouse-sd/plugin-kit";
import { isNodeFile, isReportedFile, listFileNames } from "./file-names.js";
import type { Hinted } from "./hints.js";
import { type FileRoot, isMissing, type KnownFile, readListFile, readNodeFile } from "./known-file.js";
import { KnownFiles } from "./known-files.js";
import type { NodeAges } from "./node-ages.js";
import { Retries } from "./retries.js";
import { GRACE_MS, Vanished } from "./vanished.js";

/** Most of them wait to be read a second time. */
const FILES_AT_ONCE = 256;
/** Stands for the directories among the paths that are tried again. */
const ROOT = "";

/** What the files say of a cluster: all its records, that they cannot be told, or (undefined) nothing. */
export type Answer = { readonly records: readonly DiscoveryRecord[] } | { readonly error: Error } | undefined;

/** Which files are judged by their age, and how. */
export interface Ageing {
  readonly ages: NodeAges;
  /** Of a file in the cluster's directory, by its name there. */
  applies(name: string): boolean;
}

/** Follows the files of one cluster: its lists, and its directory with one file for each node. */
export class ClusterFiles {
  readonly #root: FileRoot;
  readonly #cluster: string;
  readonly #ageing: Ageing;
  readonly #lists: ReadonlySet<string>;
  /** The lists that are there. */
  readonly #listFiles = new KnownFiles();
  /** The files of one node that are there. */
  readonly #nodeFiles = new KnownFiles();
  readonly #vanished = new Vanished();
  readonly #retries = new Retries();
  #hasDirectory = false;
  #sourceless: number | undefined;
  #begun = false;
  #answered = false;

  constructor(root: FileRoot, cluster: string, ageing: Ageing) {
    this.#root = root;
    this.#cluster = cluster;
    this.#ageing = ageing;
    this.#lists = new Set(listFileNames(cluster));
  }

  /** Whether the cluster has a directory, as of the last look. */
  get hasDirectory(): boolean {
    return this.#hasDirectory;
  }

  /** Milliseconds after which to look again even without a hint. */
  get nextLookMs(): number {
    const vanished = this.#sourceless === undefined ? this.#vanished.nextLookMs : graceLeft(this.#sourceless);
    return Math.min(vanished, this.#retries.nextLookMs, this.#ageing.ages.nextLookMs);
  }

  /** Looks at the files that may have changed (paths relative to the root), and at those that are due. Rejects only when
   * `signal` aborts. */
  async look(hinted: Hinted, signal: AbortSignal): Promise<void> {
    const all = hinted.all || this.#retries.has(ROOT);
    const overdue = this.#ageing.ages.overdue();
    const files = new Set([...hinted.names, ...this.#retries.due(), ...this.#vanished.files(), ...overdue]);
    files.delete(ROOT);
    const readable = await this.#lookAtAll(all, files, signal);
    const judges = readable && this.#hasSource();
    this.#sourceless = judges ? undefined : (this.#sourceless ?? performance.now());
    if (!judges) return this.#vanished.postpone();
    if (!this.#begun) await this.#begin();
    this.#ageing.ages.conclude(overdue);
    for (const file of this.#vanished.over()) this.#forget(file);
  }

  /** What the files said at the last look; undefined where they said nothing. */
  answer(): Answer {
    const failures = [...this.#retries.errors(), ...this.#problems()];
    if (failures[0] !== undefined) return { error: summary(failures[0], failures.length) };
    if (this.#sourceless !== undefined) {
      return this.#answered && graceLeft(this.#sourceless) === Number.POSITIVE_INFINITY
        ? { error: this.#nothingLeft() }
        : undefined;
    }
    if (!this.#ageing.ages.decided()) return undefined;
    this.#answered = true;
    const lists = [...this.#lists].flatMap((file) => this.#listFiles.get(file)?.records ?? []);
    const nodes = this.#nodeFiles.records(this.#ageing.ages.gone);
    return { records: lists.length === 0 ? nodes : lists.concat(nodes) };
  }

  /** Looks whether the directories are there, without which the absence of a file says nothing; with `all`, adds all
   * files there are to `files`. False: they cannot be read. */
  async #lookAtDirectories(all: boolean, files: Set<string>): Promise<boolean> {
    const directory = join(this.#root.directory, this.#cluster);
    try {
      await requireRoot(this.#root);
      if (all) {
        const entries = await readEntries(directory);
        this.#hasDirectory = entries !== undefined;
        for (const file of [...this.#lists, ...this.#nodeFiles.paths(), ...this.#retries.paths()]) files.add(file);
        for (const entry of entries ?? []) if (isNodeFile(entry)) files.add(`${this.#cluster}/${entry}`);
      } else {
        this.#hasDirectory = await isDirectory(directory);
      }
      this.#retries.succeeded(ROOT);
      files.delete(ROOT);
      return true;
    } catch (error) {
      this.#retries.failed(ROOT, error);
      return false;
    }
  }

  /** The directories and the files that are known to be looked at, both at once; where it takes the directories to know
   * the files, one after the other. */
  async #lookAtAll(all: boolean, files: Set<string>, signal: AbortSignal): Promise<boolean> {
    if (all) {
      const readable = await this.#lookAtDirectories(all, files);
      if (readable) for (const takeIn of await this.#readFiles(files, signal)) takeIn();
      return readable;
    }
    const [readable, read] = await Promise.all([this.#lookAtDirectories(all, files), this.#readFiles(files, signal)]);
    if (readable) for (const takeIn of read) takeIn();
    return readable;
  }

  /** Reads files; what is returned takes in what was found, once it is clear that it means something. */
  async #readFiles(files: Iterable<string>, signal: AbortSignal): Promise<readonly (() => void)[]> {
    const found: (() => void)[] = [];
    await eachLimited(FILES_AT_ONCE, files, async (file) => void found.push(await this.#readFile(file, signal)));
    return found;
  }

  async #readFile(file: string, signal: AbortSignal): Promise<() => void> {
    const files = this.#filesLike(file);
    const known = files.get(file);
    try {
      const read = files === this.#listFiles ? readListFile : readNodeFile;
      const now = await read(this.#root, file, known, signal);
      return () => this.#takeIn(file, now);
    } catch (error) {
      signal.throwIfAborted();
      return () => this.#retries.failed(file, error);
    }
  }

  #takeIn(file: string, now: KnownFile | undefined): void {
    this.#retries.succeeded(file);
    if (now === undefined) {
      this.#isMissing(file);
      return;
    }
    const files = this.#filesLike(file);
    const known = files.get(file);
    this.#vanished.delete(file);
    files.set(file, now);
    if (now.version.stamp !== known?.version.stamp && this.#isAged(file)) this.#ageing.ages.changed(file);
  }

  /** A reporter withdraws by removing its file. Any other file that is not there may be back at once, as editors do it. */
  #isMissing(file: string): void {
    if (!this.#filesLike(file).has(file)) return;
    if (this.#hasDirectory && isReportedFile(file)) this.#forget(file);
    else this.#vanished.add(file);
  }

  #forget(file: string): void {
    this.#filesLike(file).delete(file);
    this.#vanished.delete(file);
    this.#ageing.ages.forget(file);
  }

  #filesLike(file: string): KnownFiles {
    return this.#lists.has(file) ? this.#listFiles : this.#nodeFiles;
  }

  async #begin(): Promise<void> {
    this.#begun = true;
    const ages = new Map<string, number>();
    await eachLimited(
      FILES_AT_ONCE,
      this.#nodeFiles.paths().filter((file) => this.#isAged(file)),
      async (file) => {
        const stats = await stat(join(this.#root.directory, file)).catch(() => undefined);
        if (stats !== undefined) ages.set(file, Date.now() - stats.mtimeMs);
      },
    );
    this.#ageing.ages.begin(ages);
  }

  #isAged(file: string): boolean {
    return !this.#lists.has(file) && this.#ageing.applies(file.slice(this.#cluster.length + 1));
  }

  /** Whether there is anything now that could say who is in the cluster. */
  #hasSource(): boolean {
    return (
      this.#hasDirectory || [...this.#lists].some((file) => this.#listFiles.has(file) && !this.#vanished.has(file))
    );
  }

  /** Of the lists that are there. */
  #problems(): Error[] {
    const there = [...this.#lists].filter((file) => !this.#vanished.has(file));
    return there.flatMap((file) => this.#listFiles.get(file)?.problem ?? []).map((problem) => new Error(problem));
  }

  #nothingLeft(): Error {
    const lists = `${join(this.#root.shown, this.#cluster)}.yaml`;
    return new Error(
      `there is no ${lists}, .yml, .json or directory any more; for a cluster without nodes write [] into one`,
    );
  }
}

async function requireRoot({ directory, shown }: FileRoot): Promise<void> {
  try {
    if ((await stat(directory)).isDirectory()) return;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(`there is no directory ${shown} (${directory}); make it or correct "path"`, { cause: error });
  }
  throw new Error(`${shown} (${directory}) is no directory; correct "path"`);
}

/** Undefined where there is no directory. */
async function readEntries(directory: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Milliseconds until what vanished at `since` counts as gone; Infinity: it does. */
function graceLeft(since: number): number {
  const left = GRACE_MS - (performance.now() - since);
  return left <= 0 ? Number.POSITIVE_INFINITY : Math.ceil(left);
}

function summary(first: Error, count: number): Error {
  return count === 1 ? first : new Error(`${first.message} (and ${count - 1} more)`, { cause: first });
}
