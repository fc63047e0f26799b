import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CallOptions,
  Discovery,
  type DiscoveryPlugin,
  type DiscoveryRecord,
  type JsonSchema,
  type Node,
  RECORD_LIMIT,
  type Registration,
  type SchemaValidator,
  schemaValidator,
  serializeNode,
  type Watcher,
} from "@lighthouse-sd/core";
import { BoardClient } from "./board-client.js";
import { type BoardBlock, type BoardConfig, clusterSchema, configSchema } from "./board-config.js";

const RETRY_MS = 20;

/** Finds the nodes of clusters on a board, and writes this host's own there. */
export default class BoardDiscovery extends Discovery<BoardConfig, BoardBlock> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly clusterSchema: JsonSchema = clusterSchema;
  static readonly validateConfig: SchemaValidator<BoardConfig> = schemaValidator<BoardConfig>(configSchema);

  #port = 0;

  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig({ port }: BoardConfig): void {
    this.#port = port;
  }

  override async watch(
    cluster: string,
    block: BoardBlock | null,
    watcher: Watcher,
    { signal }: CallOptions,
  ): Promise<void> {
    let known = new Map<string, DiscoveryRecord>();
    await this.#connected(signal, watcher, async (client) => {
      signal.addEventListener("abort", () => client.close(), { once: true, signal: client.closed });
      client.send({ op: "watch", cluster });
      while (!signal.aborted) {
        const reply = await client.next();
        if (signal.aborted || !("notes" in reply)) return;
        const notes = reply.notes.filter(([name]) => name.startsWith(block?.only ?? ""));
        known = new Map(notes.map(([name, text]) => [name, record(`${cluster}/${name}`, text, known.get(name))]));
        watcher.records([...known.values()]);
      }
    });
  }

  override async report(
    cluster: string,
    node: Node,
    registration: Registration,
    { signal }: CallOptions,
  ): Promise<void> {
    const aborted = signal.aborted ? Promise.resolve() : once(signal, "abort");
    const note = { cluster, name: node.name } as const;
    let written = false;
    await this.#connected(signal, registration, async (client) => {
      client.send({ op: "put", ...note, text: serializeNode(node) });
      written = true;
      await client.next();
      registration.registered();
      const removed = client.next();
      await Promise.race([aborted, removed]);
      if (!signal.aborted) throw new Error("somebody removed it");
      if (!registration.keep) {
        client.send({ op: "remove", ...note });
        await removed;
      }
      written = false;
    });
    if (written && !registration.keep) throw new Error(`${node.name} was not withdrawn; the board drops it soon`);
  }

  /** Does `work` with a connection, again whenever it fails, until `signal` aborts. */
  async #connected(
    signal: AbortSignal,
    listener: { lost(error: unknown): void },
    work: (client: BoardClient) => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      let client: BoardClient | undefined;
      try {
        client = await BoardClient.connect(this.#port);
        await work(client);
      } catch (error) {
        if (!signal.aborted) listener.lost(error);
      } finally {
        client?.close();
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function record(source: string, text: string, known: DiscoveryRecord | undefined): DiscoveryRecord {
  const problem = text.length > RECORD_LIMIT ? `the note has ${text.length} characters` : undefined;
  const value = problem === undefined ? text : null;
  if (known?.value === value && known.problem === problem) return known;
  return problem === undefined ? { source, value } : { source, value, problem };
}

BoardDiscovery satisfies DiscoveryPlugin<BoardConfig, BoardBlock>;
