import {
  type CallOptions,
  type Change,
  type Cluster,
  type ClusterProblem,
  nodeChanges,
  nodeNamed,
} from "@lighthouse-sd/core";
import type { HAProxyBlock, HAProxyConfig } from "../config/haproxy-config.js";
import type { Running } from "../process/find-running.js";
import { ownServers } from "../render/own-servers.js";
import type { ClusterPart } from "../render/render-cluster.js";
import { serverIds } from "../render/server-id.js";
import { AdminSocket } from "./admin-socket.js";
import { backendRules, backendWork } from "./backend-work.js";
import { KnownServers } from "./known-servers.js";
import { parseInfo, parseServerStat, parseServers } from "./parse-show.js";
import type { BackendWork, Connect, RuntimeEngine, RuntimeOutcome, ServerPair } from "./runtime-engine.js";

/** A server alone is read back by its id; from this many on the whole backend is cheaper. */
const READ_ALONE = 8;
const JOINING_POLL_MS = 100;
const LEAVING_POLL_MS = 250;

/** How a sync of members at run time ended. */
export interface RuntimeReport {
  readonly changes: readonly Change[];
  readonly reload: string | undefined;
  readonly notices: readonly ClusterProblem[];
  /** HAProxy's read-back is as intended, and nobody waits for a first check. */
  readonly confirmed: boolean;
  /** There is more to do after this many milliseconds. */
  readonly againMs: number | undefined;
}

/** A backend as it was read back last. */
interface KnownBackend {
  cluster: Cluster<HAProxyBlock>;
  readonly part: ClusterPart;
  readonly servers: KnownServers;
}

/** What the running process has, so that a change costs work for itself alone. */
interface Known {
  readonly running: Running;
  readonly config: HAProxyConfig;
  readonly backends: ReadonlyMap<string, KnownBackend>;
}

/** Brings the members of running backends in line: all of them against what was observed, or those alone that changed
 * since. */
export class RuntimeSync {
  readonly #engine: RuntimeEngine;
  readonly #answerLimitMs: number;
  #known: Known | undefined;

  /** `answerLimitMs`: for each answer of the running process. */
  constructor(engine: RuntimeEngine, answerLimitMs: number) {
    this.#engine = engine;
    this.#answerLimitMs = answerLimitMs;
  }

  /** What is known of the running process may be wrong: the next sync looks at all of it. */
  forget(): void {
    this.#known = undefined;
  }

  /** Compares everything that runs with `parts`. */
  async all(
    running: Running,
    config: HAProxyConfig,
    parts: readonly ClusterPart[],
    clusters: readonly Cluster<HAProxyBlock>[],
    options: CallOptions,
  ): Promise<RuntimeReport> {
    this.#engine.meet(running.process.pid);
    this.#engine.keepOnly(new Set(clusters.map(({ name }) => name)));
    const waiting = this.#waitingByBackend();
    const work = parts.map((part) => {
      const servers = running.process.servers.get(part.name) ?? [];
      return withGone(backendWork(part, config, servers), waiting.get(part.name) ?? []);
    });
    const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
    const backends = parts.flatMap((part): [string, KnownBackend][] => {
      const cluster = byName.get(part.name);
      if (cluster === undefined) return [];
      return [[part.name, { cluster, part, servers: new KnownServers(running.process.servers.get(part.name) ?? []) }]];
    });
    this.#known = { running, config, backends: new Map(backends) };
    return await this.#carryOut(this.#known, work, options);
  }

  /** Whether `clusters` are other ones than at the last sync. */
  hasChanges(clusters: readonly Cluster<HAProxyBlock>[]): boolean {
    const backends = this.#known?.backends;
    return clusters.some((cluster) => backends?.get(cluster.name)?.cluster !== cluster);
  }

  /** Brings in line what differs between `clusters` and the last sync; undefined where that takes a look at all. */
  async changed(clusters: readonly Cluster<HAProxyBlock>[], options: CallOptions): Promise<RuntimeReport | undefined> {
    const known = this.#known;
    if (known === undefined || clusters.length !== known.backends.size) return undefined;
    const waiting = this.#waitingByBackend();
    const work: BackendWork[] = [];
    for (const cluster of clusters) {
      const backend = known.backends.get(cluster.name);
      if (backend === undefined) return undefined;
      const pairs = changedPairs(backend, cluster, waiting.get(cluster.name) ?? []);
      if (pairs === undefined) return undefined;
      if (pairs.length > 0) work.push({ rules: backendRules(backend.part, known.config), pairs });
    }
    const report = await this.#carryOut(known, work, options);
    if (report.reload !== undefined) {
      this.#engine.tellLater(report.changes);
      return undefined;
    }
    for (const cluster of clusters) {
      const backend = known.backends.get(cluster.name);
      if (backend !== undefined) backend.cluster = cluster;
    }
    return report;
  }

  #waitingByBackend(): ReadonlyMap<string, readonly string[]> {
    const { joining, leaving } = this.#engine.waiting();
    const names = new Map<string, string[]>();
    for (const place of [...joining, ...leaving]) {
      const slash = place.indexOf("/");
      const backend = place.slice(0, slash);
      names.set(backend, [...(names.get(backend) ?? []), place.slice(slash + 1)]);
    }
    return names;
  }

  async #carryOut(known: Known, work: readonly BackendWork[], options: CallOptions): Promise<RuntimeReport> {
    let socket: Promise<AdminSocket> | undefined;
    // The promise is kept, not what it gives: backends that are looked at side by side share one connection.
    const connect: Connect = () => {
      socket ??= openSame(known.running, this.#answerLimitMs, options);
      return socket;
    };
    try {
      const joining = await this.#refreshJoining(known, work, connect);
      const outcome = await this.#engine.bringInLine(connect, joining, performance.now());
      const wrong = await this.#readBack(known, work, outcome, connect);
      if (wrong.length > 0 || outcome.reload !== undefined) this.forget();
      return this.#report(outcome, wrong);
    } catch (error) {
      this.forget();
      throw error;
    } finally {
      await socket?.then(
        (opened) => opened.close(),
        () => undefined,
      );
    }
  }

  /** Whether a first check has a result is known only by asking. */
  async #refreshJoining(known: Known, work: readonly BackendWork[], connect: Connect): Promise<readonly BackendWork[]> {
    const joining = new Set(this.#engine.waiting().joining);
    return await Promise.all(
      work.map(async ({ rules, pairs }) => {
        const names = pairs.map(({ name }) => name).filter((name) => joining.has(`${rules.backend}/${name}`));
        if (names.length === 0) return { rules, pairs };
        await this.#refresh(known, rules.backend, names, connect);
        const servers = known.backends.get(rules.backend)?.servers;
        return {
          rules,
          pairs: pairs.map((pair) => (names.includes(pair.name) ? { ...pair, server: servers?.get(pair.name) } : pair)),
        };
      }),
    );
  }

  async #readBack(
    known: Known,
    work: readonly BackendWork[],
    outcome: RuntimeOutcome,
    connect: Connect,
  ): Promise<readonly string[]> {
    const wrong: string[] = [];
    for (const { rules, pairs } of work) {
      const touched = new Set(outcome.touched.get(rules.backend));
      const servers = known.backends.get(rules.backend)?.servers;
      for (const { name, member } of pairs) {
        if (member === undefined && !this.#engine.remembers(`${rules.backend}/${name}`)) servers?.delete(name);
      }
      const there = pairs.filter(
        ({ name, member }) => touched.has(name) && (member !== undefined || servers?.has(name)),
      );
      if (there.length === 0) continue;
      await this.#refresh(
        known,
        rules.backend,
        there.map(({ name }) => name),
        connect,
      );
      const again = there.map(({ name, member }) => ({ name, member, server: servers?.get(name) }));
      wrong.push(
        ...this.#engine
          .unconfirmed({ rules, pairs: again }, performance.now())
          .map((name) => `${rules.backend}/${name}`),
      );
    }
    return wrong;
  }

  async #refresh(known: Known, backend: string, names: readonly string[], connect: Connect): Promise<void> {
    const servers = known.backends.get(backend)?.servers;
    if (servers === undefined) return;
    const socket = await connect();
    if (names.length > READ_ALONE) {
      const backups = new Map([...servers.values()].map(({ name, backup }) => [name, backup]));
      const all = parseServers(await socket.send(`show servers state ${backend}`), "").get(backend) ?? [];
      servers.clear();
      for (const server of all) servers.set({ ...server, backup: backups.get(server.name) ?? server.backup });
      return;
    }
    const asked = names.flatMap((name) => {
      const id = servers.get(name)?.id ?? this.#engine.idOf(`${backend}/${name}`);
      if (id === undefined) servers.delete(name);
      return id === undefined ? [] : [{ name, command: `show stat ${backend} 4 ${id}` }];
    });
    const answers = await socket.sendAll(asked.map(({ command }) => command));
    for (const [index, { name }] of asked.entries()) {
      const found = parseServerStat(answers[index] ?? "");
      if (found === undefined || found.name !== name) servers.delete(name);
      else servers.set({ ...found, initialWeight: servers.get(name)?.initialWeight ?? found.initialWeight });
    }
  }

  #report(outcome: RuntimeOutcome, wrong: readonly string[]): RuntimeReport {
    const { joining, leaving } = this.#engine.waiting();
    const again = [
      ...(joining.length > 0 || wrong.length > 0 ? [JOINING_POLL_MS] : []),
      ...(leaving.length > 0 ? [LEAVING_POLL_MS] : []),
    ];
    const unconfirmed = wrong.map((place): ClusterProblem => {
      const [cluster = "", name] = place.split("/");
      return { cluster, path: [], message: `HAProxy does not have server ${name} as it was told to; it is told again` };
    });
    return {
      changes: outcome.changes,
      reload: outcome.reload,
      notices: [...outcome.notices, ...unconfirmed],
      confirmed: wrong.length === 0 && joining.length === 0,
      againMs: again.length === 0 ? undefined : Math.min(...again),
    };
  }
}

/** Servers that wait and are not there any more are looked at as well: they have gone. */
function withGone({ rules, pairs }: BackendWork, waiting: readonly string[]): BackendWork {
  const names = new Set(pairs.map(({ name }) => name));
  const gone = waiting.filter((name) => !names.has(name));
  return { rules, pairs: [...pairs, ...gone.map((name) => ({ name, member: undefined, server: undefined }))] };
}

/** Connects to the process that is known; another one in its place must be looked at first. */
async function openSame(running: Running, answerLimitMs: number, options: CallOptions): Promise<AdminSocket> {
  const socket = AdminSocket.open(running.socketFile, answerLimitMs, options);
  const pid = Number(parseInfo(await socket.send("show info")).get("Pid"));
  if (pid === running.process.pid) return socket;
  socket.close();
  throw new Error(`HAProxy is another process now (pid ${pid}, not ${running.process.pid}); it is looked at anew`);
}

/** The servers to be looked at since a backend was read back last; undefined: all of them. */
function changedPairs(
  backend: KnownBackend,
  cluster: Cluster<HAProxyBlock>,
  waiting: readonly string[],
): readonly ServerPair[] | undefined {
  const before = backend.cluster;
  const isSame = before.config === cluster.config && before.metaCluster === cluster.metaCluster;
  if (!isSame || cluster.nodes === null || before.nodes === null) return before === cluster ? [] : undefined;
  if (before === cluster && waiting.length === 0) return [];
  const own = ownServers(cluster.config.backend);
  if (own.names.size > 0 || own.ids.size > 0) return undefined;
  const changes = new Map(nodeChanges(before.nodes, cluster.nodes).map(({ name, after }) => [name, after]));
  for (const name of waiting) if (!changes.has(name)) changes.set(name, nodeNamed(cluster.nodes, name));
  const taken = new Set<number>();
  const pairs: ServerPair[] = [];
  for (const [name, node] of changes) {
    const server = backend.servers.get(name);
    const id = server?.id ?? (node === undefined ? 0 : (serverIds([node], new Set()).get(node) ?? 0));
    if (server === undefined && (taken.has(id) || backend.servers.hasId(id))) return undefined;
    taken.add(id);
    pairs.push({ name, member: node === undefined ? undefined : { node, name, id }, server });
  }
  return pairs;
}
