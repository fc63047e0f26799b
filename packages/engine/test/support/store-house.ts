import { expect, onTestFinished, vi } from "vitest";
import { ConfigurationStore } from "../../src/config/configuration-store.js";
import { formatProblem } from "../../src/config/sort-problems.js";
import type { PluginFinder } from "../../src/plugins/plugin-finder.js";
import { ConfigFolder } from "./config-folder.js";
import { RecordingLog } from "./recording-log.js";
import { tinyFinder } from "./small-plugins.js";

const WAIT = { timeout: 30_000, interval: 10 };

/** A configuration store on a folder, with what a test wants to know of it. */
export class StoreHouse {
  changes = 0;
  readonly log: RecordingLog = new RecordingLog();
  #store: ConfigurationStore | undefined;

  constructor(
    readonly folder: ConfigFolder,
    readonly state: ConfigFolder,
  ) {}

  /** A started store on a new folder with these files. */
  static async start(files: Readonly<Record<string, string>>, plugins?: PluginFinder): Promise<StoreHouse> {
    const house = new StoreHouse(await ConfigFolder.make(files), await ConfigFolder.make());
    await house.start(plugins);
    return house;
  }

  get store(): ConfigurationStore {
    if (this.#store === undefined) throw new Error("not started");
    return this.#store;
  }

  /** Starts a store, as after the end of the one before. */
  async start(plugins: PluginFinder = tinyFinder()): Promise<void> {
    const store = new ConfigurationStore({
      directory: this.folder.path,
      stateDirectory: this.state.path,
      plugins,
      log: this.log,
    });
    this.#store = store;
    onTestFinished(() => store.stop());
    await store.start();
    store.onChange(() => {
      this.changes += 1;
    });
  }

  async restart(plugins?: PluginFinder): Promise<void> {
    await this.store.stop();
    await this.start(plugins);
  }

  problems(): readonly string[] {
    return this.store.problems.map(formatProblem);
  }

  /** The port of each cluster's block for `tiny`. */
  ports(): Readonly<Record<string, number | undefined>> {
    const { clusters } = this.store.configuration;
    const port = (block: unknown): number | undefined => (block as { port: number } | undefined)?.port;
    return Object.fromEntries([...clusters].map(([name, { blocks }]) => [name, port(blocks.get("tiny"))]));
  }

  /** Waits until `check` passes. */
  until(check: () => void | Promise<void>): Promise<void> {
    return vi.waitFor(check, WAIT);
  }

  untilPorts(ports: Readonly<Record<string, number | undefined>>): Promise<void> {
    return this.until(() => expect(this.ports()).toEqual(ports));
  }

  untilProblems(...problems: readonly string[]): Promise<void> {
    return this.until(() => expect(this.problems()).toEqual(problems));
  }
}
