import { mkdirSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BenchNode, nodeFileName } from "./addresses.js";

/** Longer than a tick of the clock that stamps files. */
const TICK_MS = 20;

/** A cluster's directory with one file for each member. */
export class MemberDirectory {
  readonly #members: string;
  readonly #drafts: string;

  /** Makes `members` and `drafts`, which must be on one file system. */
  constructor(members: string, drafts: string) {
    this.#members = members;
    this.#drafts = drafts;
    mkdirSync(members, { recursive: true });
    mkdirSync(drafts, { recursive: true });
  }

  /** Members that are there from the start. */
  fill(nodes: readonly BenchNode[]): void {
    for (const node of nodes) writeFileSync(join(this.#members, nodeFileName(node)), JSON.stringify(node));
  }

  /** Writes members' files beside the directory. Each of the returned functions moves one in: nothing but a rename,
   * which is the event that is measured from. It comes a tick after the write, so that the file's times tell it from
   * writing. */
  async prepare(nodes: readonly BenchNode[]): Promise<readonly (() => void)[]> {
    for (const node of nodes) writeFileSync(join(this.#drafts, nodeFileName(node)), JSON.stringify(node));
    await sleep(TICK_MS);
    return nodes.map((node) => () => {
      const name = nodeFileName(node);
      renameSync(join(this.#drafts, name), join(this.#members, name));
    });
  }

  remove(nodes: readonly BenchNode[]): void {
    for (const node of nodes) unlinkSync(join(this.#members, nodeFileName(node)));
  }
}
