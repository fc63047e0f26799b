import type { RunningServer } from "./parse-show.js";

/** The servers of one running backend, as they were read back last, by name and by id. */
export class KnownServers {
  readonly #byName = new Map<string, RunningServer>();
  readonly #ids = new Set<number>();

  constructor(servers: readonly RunningServer[]) {
    for (const server of servers) this.set(server);
  }

  get(name: string): RunningServer | undefined {
    return this.#byName.get(name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  hasId(id: number): boolean {
    return this.#ids.has(id);
  }

  values(): Iterable<RunningServer> {
    return this.#byName.values();
  }

  set(server: RunningServer): void {
    this.delete(server.name);
    this.#byName.set(server.name, server);
    this.#ids.add(server.id);
  }

  delete(name: string): void {
    const server = this.#byName.get(name);
    if (server !== undefined) this.#ids.delete(server.id);
    this.#byName.delete(name);
  }

  clear(): void {
    this.#byName.clear();
    this.#ids.clear();
  }
}
