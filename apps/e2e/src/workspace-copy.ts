import { execFile } from "node:child_process";
import { cp, readdir, readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type TempDirectory, tempDirectory } from "@lighthouse-sd/test-servers";

const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));
const NOT_COPIED: ReadonlySet<string> = new Set([".git", ".turbo", "node_modules", "test-results"]);
const BUILT: ReadonlySet<string> = new Set(["dist", "single-file"]);

/** A copy of this repository, where a test may change what it likes. */
export class WorkspaceCopy {
  readonly #directory: TempDirectory;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(directory: TempDirectory, env: NodeJS.ProcessEnv) {
    this.#directory = directory;
    this.#env = env;
  }

  /** Its packages are linked from what is installed here, and are built as they are here. */
  static async create(): Promise<WorkspaceCopy> {
    const directory = await tempDirectory("lhws");
    const isCopied = (path: string): boolean => !NOT_COPIED.has(basename(path));
    for (const entry of (await readdir(ROOT)).filter(isCopied)) {
      await cp(join(ROOT, entry), join(directory.path, entry), { recursive: true, filter: isCopied });
    }
    const installed = await readFile(join(ROOT, "node_modules/.modules.yaml"), "utf8");
    const [, store = ""] = /"?storeDir"?: "?([^",\n]+)/.exec(installed) ?? [];
    const copy = new WorkspaceCopy(directory, { ...process.env, npm_config_store_dir: store });
    await copy.link();
    return copy;
  }

  /** Links the packages that its lock file names. */
  async link(): Promise<void> {
    const { packageManager } = JSON.parse(await this.read("package.json")) as { readonly packageManager: string };
    await this.run(["npx", "-y", packageManager, "install", "--frozen-lockfile", "--prefer-offline"]);
  }

  path(...names: readonly string[]): string {
    return join(this.#directory.path, ...names);
  }

  read(path: string): Promise<string> {
    return readFile(this.path(path), "utf8");
  }

  /** Runs a program in it; rejects with all that it wrote where it fails. */
  async run([program = "", ...args]: readonly string[], cwd: string = this.path()): Promise<string> {
    const options = { cwd, env: this.#env, maxBuffer: 1 << 26 };
    try {
      return (await promisify(execFile)(program, args, options)).stdout;
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
      throw new Error(`${[program, ...args].join(" ")} failed: ${stdout}${stderr}`, { cause: error });
    }
  }

  /** The text of every source file, by path. */
  async sources(folder: string = this.path()): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (NOT_COPIED.has(entry.name) || BUILT.has(entry.name)) continue;
      if (entry.isFile()) found.set(relative(this.path(), path), await readFile(path, "utf8"));
      else for (const [below, text] of await this.sources(path)) found.set(below, text);
    }
    return found;
  }

  remove(): Promise<void> {
    return this.#directory.remove();
  }
}
