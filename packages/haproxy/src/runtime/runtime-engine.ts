import type { Change, ClusterProblem } from "@lighthouse-sd/core";
import type { Member } from "../render/members.js";
import type { AdminSocket } from "./admin-socket.js";
import { describeRefusal, refusesAll } from "./describe-refusal.js";
import type { RunningServer } from "./parse-show.js";
import type { OutOfRotation } from "./runtime-memory.js";
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

/** Servers whose commands are sent without waiting for answers in between. */
const BATCH = 64;

/** What is about to be done with one server. */
interface Planned {
  /** `backend/server`. */
  readonly key: string;
  readonly rules: BackendRules;
  readonly pair: ServerPair;
  readonly plan: ServerPlan;
}

/** What HAProxy's answers for one server come to. */
interface Answer {
  readonly change?: Change;
  readonly reload?: string;
  /** Nothing was done: its backend takes no servers at run time. */
  readonly isRefused?: true;
}

interface Carried {
  readonly planned: Planned;
  readonly answer: Answer;
}

/** Changes servers at run time, and remembers what it intended. */
export class RuntimeEngine {
  readonly #memory = new Map<string, ServerMemory>();
  /** Those of `#memory` that are out of rotation: few, and asked for at every change. */
  readonly #joining = new Set<string>();
  readonly #leaving = new Set<string>();
  readonly #settled = new Map<string, Member>();
  /** Weights by `backend/server` in the file that was found. */
  readonly #fileWeights = new Map<string, number>();
  /** Backends whose servers cannot be added at run time, as HAProxy said. */
  readonly #refusals = new Map<string, string>();
  #pid: number | undefined;
  #hasReloaded = false;
  /** Changes that HAProxy has confirmed and nobody has been told of: the sync that made them did not come to its end. */
  readonly #unreported: Change[] = [];
  readonly #keep: (servers: OutOfRotation) => Promise<void>;
  #kept = JSON.stringify({ joining: [], leaving: [] });

  constructor(keep: (servers: OutOfRotation) => Promise<void>) {
    this.#keep = keep;
  }

  /** Takes in what an earlier run of Lighthouse left: the weights in the file, and who was out of rotation. */
  recall(fileWeights: ReadonlyMap<string, number>, out: OutOfRotation, now: number): void {
    for (const [name, weight] of fileWeights) this.#fileWeights.set(name, weight);
    for (const name of out.joining) this.#remember(name, { joining: true, adding: true });
    for (const name of out.leaving) this.#remember(name, { leavingSince: now });
    this.#kept = JSON.stringify(out);
  }

  /** Another process has other weights than those we gave the one before, unless they were handed over to it. */
  meet(pid: number): void {
    if (this.#pid !== undefined && this.#pid !== pid && !this.#hasReloaded) {
      this.#fileWeights.clear();
      for (const [name, { weight: _ours, ...rest }] of this.#memory) this.#remember(name, rest);
    }
    this.#pid = pid;
    this.#hasReloaded = false;
  }

  /** Servers that wait for their first check, and such that finish what they have. */
  waiting(): OutOfRotation {
    return { joining: [...this.#joining], leaving: [...this.#leaving] };
  }

  /** The id of a server that was added or found in line last; undefined: none of that name is known. */
  idOf(place: string): number | undefined {
    return this.#settled.get(place)?.id;
  }

  /** False: the server is gone, or was never known. */
  remembers(place: string): boolean {
    return this.#memory.has(place);
  }

  /** A new process has loaded the file, and was handed the states of the servers: what was refused may be possible. Who
   * was leaving is remembered: one that is there again must come back into rotation. */
  reloaded(): void {
    this.#refusals.clear();
    this.#hasReloaded = true;
  }

  /** Forgets servers that waited in backends that are no more. */
  keepOnly(backends: ReadonlySet<string>): void {
    for (const key of this.#memory.keys())
      if (!backends.has(key.slice(0, key.indexOf("/")))) this.#remember(key, undefined);
  }

  /** Changes that are to be told of with those of the next sync. */
  tellLater(changes: readonly Change[]): void {
    this.#unreported.push(...changes);
  }

  /** Brings servers in line; `connect` is called once there is something to say. What HAProxy does not answer as it must
   * becomes a reason for a reload. */
  async bringInLine(connect: Connect, work: readonly BackendWork[], now: number): Promise<RuntimeOutcome> {
    const planned = work.flatMap(({ rules, pairs }) =>
      pairs.map((pair) => ({ key: `${rules.backend}/${pair.name}`, rules, pair, plan: this.#plan(rules, pair, now) })),
    );
    await this.#announce(planned);
    const outcome = { notices: [] as ClusterProblem[], touched: new Map<string, string[]>() };
    let reload: string | undefined;
    for (let start = 0; start < planned.length; start += BATCH) {
      const batch = planned.slice(start, start + BATCH);
      for (const { planned: one, answer } of await this.#carryOut(connect, batch)) {
        reload ??= answer.reload;
        note(outcome, one, answer);
      }
    }
    await this.#announce([]);
    return { ...outcome, changes: this.#unreported.splice(0), reload };
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

  /** Sends the commands of all of `batch` at once, so that many servers are not as many waits, and takes in the answers
   * one server after the other. */
  async #carryOut(connect: Connect, batch: readonly Planned[]): Promise<readonly Carried[]> {
    const refused = batch.map(({ rules, pair, plan }) =>
      pair.server === undefined && plan.commands.length > 0 ? this.#refusals.get(rules.backend) : undefined,
    );
    const before = batch.map(({ key }) => this.#memory.get(key));
    const wanted = batch.map(({ plan }, index) => (refused[index] === undefined ? plan.commands : []));
    const socket = wanted.some((commands) => commands.length > 0) ? await connect() : undefined;
    for (const [index, { key, plan }] of batch.entries()) {
      if (wanted[index]?.length !== 0 && plan.during !== undefined) this.#remember(key, plan.during);
    }
    const sent = wanted.map(async (commands) => (await socket?.sendAll(commands.map(({ text }) => text))) ?? []);
    const answers = await Promise.allSettled(sent);
    return answers.map((answered, index) => {
      if (answered.status === "rejected") throw answered.reason;
      const planned = batch[index] as Planned;
      const reload = refused[index];
      if (reload !== undefined) return { planned, answer: { reload, isRefused: true } };
      const answer = this.#takeIn(planned, answered.value, before[index]);
      if (answer.change !== undefined) this.#unreported.push(answer.change);
      return { planned, answer };
    });
  }

  #takeIn({ key, rules, pair, plan }: Planned, answers: readonly string[], before: ServerMemory | undefined): Answer {
    const { member, server } = pair;
    for (const [index, command] of plan.commands.entries()) {
      const answer = answers[index] ?? "";
      if (command.answer.test(answer)) continue;
      if (command.mayWait === true) return {};
      const reload = describeRefusal(rules, command.text, answer);
      if (server !== undefined || !refusesAll(answer)) return { reload };
      this.#refusals.set(rules.backend, reload);
      this.#remember(key, before);
      return { reload, isRefused: true };
    }
    if (plan.reload !== undefined) return { reload: plan.reload };
    this.#settle(key, member, server, plan);
    const isDrained = member === undefined && !plan.commands.some((command) => command.mayWait === true);
    return isDrained || plan.change === undefined ? {} : { change: plan.change };
  }

  #settle(key: string, member: Member | undefined, server: RunningServer | undefined, plan: ServerPlan): void {
    const isGone =
      member === undefined && (server === undefined || plan.commands.some((command) => command.mayWait === true));
    if (isGone || plan.memory === undefined) this.#remember(key, undefined);
    else this.#remember(key, plan.memory);
    if (member === undefined) this.#settled.delete(key);
    else this.#settled.set(key, member);
    this.#fileWeights.delete(key);
  }

  #remember(key: string, memory: ServerMemory | undefined): void {
    if (memory === undefined) this.#memory.delete(key);
    else this.#memory.set(key, memory);
    keepIn(this.#joining, key, memory?.joining === true);
    keepIn(this.#leaving, key, memory?.leavingSince !== undefined);
  }

  /** Writes down who is about to be taken out of rotation before it is done, and who still is. */
  async #announce(planned: readonly Planned[]): Promise<void> {
    const [joining, leaving] = [new Set(this.#joining), new Set(this.#leaving)];
    for (const { key, plan } of planned) {
      if (plan.memory?.joining === true) joining.add(key);
      if (plan.memory?.leavingSince !== undefined) leaving.add(key);
    }
    const servers: OutOfRotation = { joining: [...joining].sort(), leaving: [...leaving].sort() };
    const text = JSON.stringify(servers);
    if (text === this.#kept) return;
    await this.#keep(servers);
    this.#kept = text;
  }
}

function note(
  outcome: { readonly notices: ClusterProblem[]; readonly touched: Map<string, string[]> },
  { rules, pair, plan }: Planned,
  { isRefused }: Answer,
): void {
  if (plan.notice !== undefined) outcome.notices.push({ cluster: rules.backend, path: [], message: plan.notice });
  if (plan.commands.length === 0 || isRefused === true) return;
  const names = outcome.touched.get(rules.backend);
  if (names === undefined) outcome.touched.set(rules.backend, [pair.name]);
  else names.push(pair.name);
}

function keepIn(names: Set<string>, name: string, belongs: boolean): void {
  if (belongs) names.add(name);
  else names.delete(name);
}
