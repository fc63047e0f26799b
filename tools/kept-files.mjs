import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./run-command.mjs";

/** Files of this repository that are changed together: all of them, or none. Paths are relative to the root. */
export class KeptFiles {
  #before = new Map();
  #made = [];

  /** Gives a file the text that `change` makes of the one it has. */
  edit(path, change) {
    const text = readFileSync(join(root, path), "utf8");
    this.#write(path, change(text), text);
  }

  /** Writes a file, whether there is one or not. */
  write(path, text) {
    this.#write(path, text, existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined);
  }

  /** What does not exist yet, and goes again with `putBack`, however much is in it by then. */
  add(path) {
    this.#made.push(path);
  }

  /** All is as it was before. */
  putBack() {
    for (const path of this.#made) rmSync(join(root, path), { recursive: true, force: true });
    for (const [path, text] of this.#before) {
      if (text === undefined) rmSync(join(root, path), { force: true });
      else writeFileSync(join(root, path), text);
    }
  }

  #write(path, text, before) {
    if (!this.#before.has(path)) this.#before.set(path, before);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
