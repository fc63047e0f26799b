import type { DiscoveryRecord } from "@lighthouse-sd/core";
import type { KnownFile } from "./known-file.js";

/** Files of one cluster as they were read last, by path: one more or less costs no sorting of the others. */
export class KnownFiles {
  readonly #paths: string[] = [];
  readonly #files: KnownFile[] = [];

  get(path: string): KnownFile | undefined {
    const place = this.#place(path);
    return this.#paths[place] === path ? this.#files[place] : undefined;
  }

  has(path: string): boolean {
    return this.#paths[this.#place(path)] === path;
  }

  paths(): readonly string[] {
    return this.#paths;
  }

  set(path: string, file: KnownFile): void {
    const place = this.#place(path);
    if (this.#paths[place] === path) {
      this.#files[place] = file;
      return;
    }
    this.#paths.splice(place, 0, path);
    this.#files.splice(place, 0, file);
  }

  delete(path: string): void {
    const place = this.#place(path);
    if (this.#paths[place] !== path) return;
    this.#paths.splice(place, 1);
    this.#files.splice(place, 1);
  }

  /** All records of the files but those of `hidden`, in the order of their paths. */
  records(hidden: ReadonlySet<string>): readonly DiscoveryRecord[] {
    const records: DiscoveryRecord[] = [];
    for (const [index, file] of this.#files.entries()) {
      if (hidden.size > 0 && hidden.has(this.#paths[index] as string)) continue;
      for (const record of file.records) records.push(record);
    }
    return records;
  }

  /** Where `path` stands or would stand. */
  #place(path: string): number {
    let [low, high] = [0, this.#paths.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#paths[middle] as string) < path) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
