import { type Change, formatAddress } from "@lighthouse-sd/core";
import type { Member } from "../render/members.js";
import { initialService, type ServerTemplate } from "../render/render-server.js";
import type { RunningServer } from "./parse-show.js";
import type { ServerParameters } from "./server-parameters.js";

/** What the servers of one backend have in common. */
export interface BackendRules {
  readonly backend: string;
  readonly template: ServerTemplate;
  /** A string: why no server can be added at run time. */
  readonly parameters: ServerParameters | string;
  /** The balance algorithm and its arguments. */
  readonly balance: string;
  /** Milliseconds that a server which left may finish what it has. */
  readonly drainMs: number;
  /** Repair what somebody else set. */
  readonly enforce: boolean;
}

/** What is remembered of one server between two syncs. */
export interface ServerMemory {
  /** Its addition was begun; whether all of it was carried out is not known. */
  readonly adding?: true;
  /** Added, and waiting for the result of its first check. */
  readonly joining?: true;
  /** Left; when, in milliseconds of a clock that is never set. */
  readonly leavingSince?: number;
  /** What it comes back to where it was not in rotation when it left: a state that somebody else had set, or the wait for
   * its first check. */
  readonly before?: "maint" | "drain" | "joining";
  /** The weight that we gave it last. */
  readonly weight?: number;
}

/** A command for the admin socket, and what its answer must be like. */
export interface Command {
  readonly text: string;
  readonly answer: RegExp;
  /** Any other answer means: not yet, try again. */
  readonly mayWait?: boolean;
}

/** What is to be done with one server now. */
export interface ServerPlan {
  readonly commands: readonly Command[];
  /** What is remembered from the first command on, so that one that is never answered is not taken for somebody else's. */
  readonly during?: ServerMemory;
  /** What is remembered once they were all answered as they must be; undefined: nothing. */
  readonly memory: ServerMemory | undefined;
  /** What that comes to; undefined: a step on the way. */
  readonly change?: Change;
  /** It cannot be done at run time; why, in words. */
  readonly reload?: string;
  /** Somebody else set something on it that is left as it is. */
  readonly notice?: string;
}

const QUIET = /^$/;
const NOTHING: ServerPlan = { commands: [], memory: undefined };

/** One server: as it should be, as it runs, and what is remembered of it. */
export interface ServerCase {
  readonly member: Member | undefined;
  readonly server: RunningServer | undefined;
  readonly memory: ServerMemory;
  /** The member as it was confirmed last. */
  readonly settled: Member | undefined;
  /** The weight that the file had for it when this process began: what was intended then. */
  readonly fileWeight: number | undefined;
  readonly now: number;
}

/** Decides what has to be done with one server so that it becomes what it should be. */
export function planServer(rules: BackendRules, found: ServerCase): ServerPlan {
  const { member, server } = found;
  if (member === undefined) return server === undefined ? NOTHING : planLeaving(rules, server, found);
  if (server === undefined) return planAddition(rules, member, found);
  return planPresence(rules, member, server, found);
}

function planAddition(rules: BackendRules, member: Member, { settled }: ServerCase): ServerPlan {
  const { parameters, backend, template } = rules;
  if (typeof parameters === "string") return { ...NOTHING, reload: parameters };
  const { weight, backup } = initialService(member, template);
  const place = `${backend}/${member.name}`;
  const words = [...parameters.words, ...(parameters.cookie ? ["cookie", member.name] : [])];
  if (backup && !words.includes("backup")) words.push("backup");
  const address = formatAddress(member.node.ip, member.node.port);
  const text = ["add server", place, address, `id ${member.id}`, ...words, `weight ${weight}`].join(" ");
  // Traffic before the first check's result would find out with requests whether the server is alive.
  const memory: ServerMemory = parameters.checks ? { joining: true, weight } : { weight };
  return {
    commands: [{ text, answer: /^New server registered\.$/ }, ...firstSteps(place, parameters.checks)],
    during: { ...memory, adding: true },
    memory,
    change: changeOf(place, `added (${address})`, "add", settled?.node === member.node),
  };
}

/** From an added server, which HAProxy keeps in maintenance, to one that waits for its first check or serves. */
function firstSteps(place: string, checks: boolean): readonly Command[] {
  if (!checks) return [quiet(`set server ${place} state ready`)];
  return [quiet(`enable health ${place}`), quiet(`set server ${place} state drain`)];
}

function planLeaving(rules: BackendRules, server: RunningServer, found: ServerCase): ServerPlan {
  const place = `${rules.backend}/${server.name}`;
  const { drainMs, parameters } = rules;
  const { memory, now, settled, fileWeight } = found;
  const drains = typeof parameters !== "string" && parameters.maintenanceEndsSessions && drainMs > 0;
  const since = memory.leavingSince;
  const isOver = drainMs <= 0 || (since !== undefined && now - since >= drainMs);
  const commands: Command[] = [];
  // By what the process shows: one that took over meanwhile, or was never told, has it in rotation still.
  const isOut = server.maintenance || (drains && !isOver && server.drain);
  if (!isOut) commands.push(gone(`set server ${place} state ${drains && !isOver ? "drain" : "maint"}`, QUIET));
  if (isOver) commands.push(gone(`shutdown sessions server ${place}`, QUIET));
  // Refused as long as it has connections, and while it drains.
  if (!drains || isOver) commands.push({ ...gone(`del server ${place}`, /^Server deleted\.$/), mayWait: true });
  const isForeign = since === undefined && settled === undefined && fileWeight === undefined;
  const before = since === undefined ? stateBefore(rules, server, memory) : memory.before;
  const leaving: ServerMemory = {
    leavingSince: since ?? now,
    ...(before === undefined ? {} : { before }),
    ...(memory.weight === undefined ? {} : { weight: memory.weight }),
  };
  return {
    commands,
    during: leaving,
    memory: leaving,
    change: changeOf(place, isForeign ? "removed: nobody has registered it" : "removed", "remove", isForeign),
  };
}

/** Why a server that is about to be taken out of rotation is not in it. */
function stateBefore(
  { enforce }: BackendRules,
  { maintenance, drain }: RunningServer,
  { adding, joining }: ServerMemory,
): ServerMemory["before"] {
  if (adding === true || joining === true) return "joining";
  if (enforce) return undefined;
  return maintenance ? "maint" : drain ? "drain" : undefined;
}

function planPresence(rules: BackendRules, member: Member, server: RunningServer, found: ServerCase): ServerPlan {
  const { memory, settled, fileWeight } = found;
  const place = `${rules.backend}/${server.name}`;
  const wanted = initialService(member, rules.template);
  if (wanted.backup !== server.backup) {
    const verb = wanted.backup ? "becomes a backup" : "is no backup any more";
    return { ...NOTHING, reload: `${place} ${verb}, which cannot be changed at run time` };
  }
  const isSettled = settled?.node === member.node && memory.leavingSince === undefined;
  const address = planAddress(place, member, server);
  const known = memory.weight === undefined ? [fileWeight, server.initialWeight] : [memory.weight];
  const weight = planWeight(place, wanted.weight, server, known, rules);
  const isNew = memory.weight === undefined && settled === undefined && fileWeight === undefined;
  const state = planState(rules, server, memory, isNew);
  const parts: readonly Part[] = [address, weight, state];
  const done = parts.flatMap((part) => part.done ?? []);
  const isRepair = (isSettled && !state.joined) || parts.some((part) => part.repair);
  const notices = parts.flatMap((part) => part.notice ?? []);
  return {
    commands: parts.flatMap((part) => part.commands),
    ...(state.during === undefined ? {} : { during: state.during }),
    memory: state.joining ? { joining: true, weight: weight.known } : { weight: weight.known },
    ...(done.length === 0 ? {} : { change: changeOf(place, done.join(", "), "change", isRepair) }),
    ...(notices.length === 0 ? {} : { notice: `${place}: ${notices.join(", ")}, set by somebody else, is left so` }),
  };
}

/** What one aspect of a server needs. */
interface Part {
  readonly commands: readonly Command[];
  readonly done?: string;
  /** Somebody else's doing is undone. */
  readonly repair?: boolean;
  readonly notice?: string;
}

function planAddress(place: string, { node }: Member, server: RunningServer): Part {
  const [before, after] = [formatAddress(server.ip, server.port), formatAddress(node.ip, node.port)];
  if (before === after) return { commands: [] };
  const text = `set server ${place} addr ${node.ip} port ${node.port}`;
  return { commands: [{ text, answer: /changed from|no need to change/ }], done: `address ${before} to ${after}` };
}

/** A weight other than those we gave it is somebody else's. */
function planWeight(
  place: string,
  wanted: number,
  server: RunningServer,
  ours: readonly (number | undefined)[],
  { enforce }: BackendRules,
): Part & { readonly known: number } {
  if (server.weight === wanted) return { commands: [], known: wanted };
  const isForeign = !ours.includes(server.weight);
  if (isForeign && !enforce) {
    return { commands: [], known: ours[0] ?? wanted, notice: `weight ${server.weight} instead of ${wanted}` };
  }
  const commands = [quiet(`set server ${place} weight ${wanted}`)];
  return { commands, known: wanted, done: `weight ${server.weight} to ${wanted}`, repair: isForeign };
}

/** Where a server is on its way into rotation. */
interface StatePart extends Part {
  readonly joining: boolean;
  readonly joined?: boolean;
  readonly during?: ServerMemory;
}

/** In rotation or not: what we took out comes back when it may, what others took out stays out. `isNew`: neither this
 * run nor the file knows of it, so that it was added by a run that ended before it said so. */
function planState(rules: BackendRules, server: RunningServer, memory: ServerMemory, isNew: boolean): StatePart {
  const { backend, enforce, parameters } = rules;
  const place = `${backend}/${server.name}`;
  const isChecked = typeof parameters === "string" || !parameters.checks || server.checked;
  const isOut = server.maintenance || server.drain;
  if (memory.leavingSince !== undefined) return planReturn(place, isChecked, memory);
  const isOurs = memory.adding === true || (memory.joining === true ? enforce : isNew);
  if (server.maintenance && isOurs) {
    const during: ServerMemory = { ...memory, adding: true };
    const done = { commands: firstSteps(place, !isChecked), during, joining: !isChecked };
    return isChecked ? { ...done, done: "in rotation", joined: true } : done;
  }
  if (memory.joining === true && !server.maintenance) {
    // A server that is down does not show that it drains.
    if (!isChecked) return { commands: [], joining: true };
    const done = "in rotation: its first check has a result";
    return { commands: [quiet(`set server ${place} state ready`)], joining: false, joined: true, done };
  }
  if (!isOut) return { commands: [], joining: false };
  if (enforce) {
    return {
      commands: [quiet(`set server ${place} state ready`)],
      joining: false,
      done: "back in rotation",
      repair: true,
    };
  }
  return { commands: [], joining: false, notice: server.maintenance ? "maintenance" : "drain" };
}

/** A server that left and is there again goes on as it was: in rotation, as somebody else had left it, or still waiting
 * for its first check. */
function planReturn(place: string, isChecked: boolean, { before }: ServerMemory): StatePart {
  const joining = before === "joining" && !isChecked;
  const state = before === undefined || before === "joining" ? "ready" : before;
  const commands = joining ? firstSteps(place, true) : [quiet(`set server ${place} state ${state}`)];
  return { commands, joining, done: "kept: it came back" };
}

function changeOf(target: string, action: string, code: string, isRepair: boolean): Change {
  return { kind: "runtime", target, action, code, ...(isRepair ? { repair: true } : {}) };
}

function quiet(text: string): Command {
  return { text, answer: QUIET };
}

/** A step of a removal: a server that is gone already needs it no more. */
function gone(text: string, answer: RegExp): Command {
  return { text, answer: new RegExp(`${answer.source}|^No such server\\.$`) };
}
