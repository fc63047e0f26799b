import type { Change, ClusterProblem } from "@lighthouse-sd/core";
import type { Member } from "../render/members.js";
import type { AdminSocket } from "./admin-socket.js";
import type { RunningServer } from "./parse-show.js";
import { type OutOfRotation, outOfRotation } from "./runtime-memory.js";
import { type BackendRules, planServer, type ServerMemory, type ServerPlan } from "./server-plan.js";

/** One server to be looked at: as it should be, and as it runs. */
export interface ServerPair {
  readonly name: string;
  readonly member: Member | undefined;
  readonly server: RunningServer | undefined;
}

/** Servers of one backend to be brought in line. */
export interface BackendWork {
  readonly rules: BackendRules;
  readonly pairs: readonly ServerPair[];
}

/** The admin socket, opened at the first call. */
export type Connect = () => Promise<AdminSocket>;

/** How far it came. */
export interface RuntimeOutcome {
  readonly changes: readonly Change[];
  /** Why a reload is needed, in words; undefined: none is. */
  readonly reload: string | undefined;
  readonly notices: readonly ClusterProblem[];
  /** The servers that commands were sent for, by backend. */
  readonly touched: ReadonlyMap<string, readonly string[]>;
}

/** What would be done. */
export interface RuntimePlan {
  /** One for each command. */
  readonly changes: readonly Change[];
  readonly reload: string | undefined;
}

/** Changes servers at run time, and remembers what it intended. */
export class RuntimeEngine {
  readonly #memory = new Map<string, ServerMemory>();
  readonly #settled = new Map<string, Member>();
  /** Weights by `backend/server` in the file that was found. */
  readonly #fileWeights = new Map<string, number>();
  /** Backends whose servers cannot be added at run time, as HAProxy said. */
  readonly #refusals = new Map<string, string>();
  #pid: number | undefined;
  readonly #keep: (servers: OutOfRotation) => Promise<void>;
  #kept = "";

  constructor(keep: (servers: OutOfRotation) => Promise<void>) {
    this.#keep = keep;
  }

  /** Takes in what an earlier run of Lighthouse left: the weights in the file, and who was out of rotation. */
  recall(fileWeights: ReadonlyMap<string, number>, out: OutOfRotation, now: number): void {
    for (const [name, weight] of fileWeights) this.#fileWeights.set(name, weight);
    for (const name of out.joining) this.#memory.set(name, { joining: true });
    for (const name of out.leaving) this.#memory.set(name, { leavingSince: now });
    this.#kept = JSON.stringify(out);
  }

  /** Another process has other weights than those we gave the one before. */
  meet(pid: number): void {
    if (this.#pid !== undefined && this.#pid !== pid) {
      this.#fileWeights.clear();
      for (const [name, { weight: _ours, ...rest }] of this.#memory) this.#memory.set(name, rest);
    }
    this.#pid = pid;
  }

  /** Servers that wait for their first check, and such that finish what they have. */
  waiting(): OutOfRotation {
    return outOfRotation(this.#memory);
  }

  /** The id of a server that was added or found in line last; undefined: none of that name is known. */
  idOf(place: string): number | undefined {
    return this.#settled.get(place)?.id;
  }

  /** False: the server is gone, or was never known. */
  remembers(place: string): boolean {
    return this.#memory.has(place);
  }

  /** A new process has loaded the file: servers that left are gone, and what was refused may be possible. */
  reloaded(): void {
    this.#refusals.clear();
    for (const [name, memory] of this.#memory) if (memory.leavingSince !== undefined) this.#memory.delete(name);
  }

  /** Brings servers in line; `connect` is called once there is something to say. What HAProxy does not answer as it must
   * becomes a reason for a reload. */
  async bringInLine(connect: Connect, work: readonly BackendWork[], now: number): Promise<RuntimeOutcome> {
    const planned = work.flatMap(({ rules, pairs }) =>
      pairs.map((pair) => ({ rules, pair, plan: this.#plan(rules, pair, now) })),
    );
    await this.#announce(planned);
    const outcome = { changes: [] as Change[], notices: [] as ClusterProblem[], touched: new Map<string, string[]>() };
    let reload: string | undefined;
    for (const { rules, pair, plan } of planned) {
      const refused = this.#refusals.get(rules.backend);
      const isRefused = refused !== undefined && pair.server === undefined && plan.commands.length > 0;
      const answer = isRefused ? { reload: refused } : await this.#carryOut(connect, rules, pair, plan);
      reload ??= answer.reload;
      if ("change" in answer && answer.change !== undefined) outcome.changes.push(answer.change);
      if (plan.notice !== undefined) outcome.notices.push({ cluster: rules.backend, path: [], message: plan.notice });
      if (plan.commands.length > 0) {
        outcome.touched.set(rules.backend, [...(outcome.touched.get(rules.backend) ?? []), pair.name]);
      }
    }
    await this.#announce([]);
    return { ...outcome, reload };
  }

  /** What `bringInLine` would say to HAProxy; remembers nothing. */
  planOnly(work: readonly BackendWork[], now: number): RuntimePlan {
    const plans = work.flatMap(({ rules, pairs }) =>
      pairs.map((pair) => ({ target: `${rules.backend}/${pair.name}`, plan: this.#plan(rules, pair, now) })),
    );
    const changes = plans.flatMap(({ target, plan }) =>
      plan.commands.map((command): Change => ({ kind: "runtime", target, action: command.text })),
    );
    return { changes, reload: plans.find(({ plan }) => plan.reload !== undefined)?.plan.reload };
  }

  /** Those of `pairs` that are not what they should be, though their commands were answered well. */
  unconfirmed({ rules, pairs }: BackendWork, now: number): readonly string[] {
    return pairs.flatMap((pair) => {
      const plan = this.#plan(rules, pair, now);
      const isLeaving = pair.member === undefined;
      return plan.reload !== undefined || (!isLeaving && plan.commands.length > 0) ? [pair.name] : [];
    });
  }

  #plan(rules: BackendRules, { name, member, server }: ServerPair, now: number): ServerPlan {
    const key = `${rules.backend}/${name}`;
    const memory = this.#memory.get(key) ?? {};
    const settled = this.#settled.get(key);
    return planServer(rules, { member, server, memory, settled, fileWeight: this.#fileWeights.get(key), now });
  }

  async #carryOut(
    connect: Connect,
    rules: BackendRules,
    { name, member, server }: ServerPair,
    plan: ServerPlan,
  ): Promise<{ readonly change?: Change | undefined; readonly reload?: string | undefined }> {
    const key = `${rules.backend}/${name}`;
    for (const command of plan.commands) {
      const answer = await (await connect()).send(command.text);
      if (command.answer.test(answer)) continue;
      if (command.mayWait === true) {
        if (plan.memory !== undefined) this.#memory.set(key, plan.memory);
        return {};
      }
      const reload = describeRefusal(rules.backend, command.text, answer);
      if (server === undefined) this.#refusals.set(rules.backend, reload);
      return { reload };
    }
    if (plan.reload !== undefined) return { reload: plan.reload };
    this.#settle(key, member, server, plan);
    const isDrained = member === undefined && !plan.commands.some((command) => command.mayWait === true);
    return { change: isDrained ? undefined : plan.change };
  }

  #settle(key: string, member: Member | undefined, server: RunningServer | undefined, plan: ServerPlan): void {
    const isGone =
      member === undefined && (server === undefined || plan.commands.some((command) => command.mayWait === true));
    if (isGone || plan.memory === undefined) this.#memory.delete(key);
    else this.#memory.set(key, plan.memory);
    if (member === undefined) this.#settled.delete(key);
    else this.#settled.set(key, member);
    this.#fileWeights.delete(key);
  }

  /** Writes down who is about to be taken out of rotation before it is done, and who still is. */
  async #announce(planned: readonly { rules: BackendRules; pair: ServerPair; plan: ServerPlan }[]): Promise<void> {
    const expected = new Map(this.#memory);
    for (const { rules, pair, plan } of planned) {
      if (plan.memory !== undefined) expected.set(`${rules.backend}/${pair.name}`, plan.memory);
    }
    const servers = outOfRotation(expected);
    const text = JSON.stringify(servers);
    if (text === this.#kept || (this.#kept === "" && text === JSON.stringify({ joining: [], leaving: [] }))) return;
    await this.#keep(servers);
    this.#kept = text;
  }
}

function describeRefusal(backend: string, command: string, answer: string): string {
  const said = answer.replace(/\s+/g, " ").trim();
  if (/dynamic/.test(said)) {
    return `backend ${backend}: its balance algorithm is not dynamic; add \`hash-type consistent\` to a hash, or use leastconn, random or roundrobin, to avoid reloads (HAProxy: ${said})`;
  }
  return `backend ${backend}: HAProxy answered "${said}" to "${command}"`;
}
