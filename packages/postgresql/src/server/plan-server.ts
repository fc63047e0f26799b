import type { PostgreSQLBlock, ServerSettings } from "../config/postgresql-config.js";
import { type KnownMembers, type Member, memberKey } from "../members.js";
import { type FragmentSettings, renderConninfo } from "../text/render-fragment.js";
import { slotName } from "../text/slot-name.js";
import { planFollow } from "./plan-follow.js";
import { planSlots, type SlotPlan } from "./plan-slots.js";
import { planSynchronous } from "./plan-synchronous.js";
import type { LocalServer, Notice, Peer } from "./server-state.js";

/** What one pass remembers for the next. */
export interface PlanMemory {
  readonly unusedSince: ReadonlyMap<string, number>;
  readonly goneSince: ReadonlyMap<string, number>;
}

/** All that a pass knows of the server's own cluster. */
export interface PlanInput {
  readonly local: LocalServer;
  readonly server: Pick<ServerSettings, "replication">;
  readonly block: PostgreSQLBlock;
  readonly members: KnownMembers;
  /** This server among the members. */
  readonly self: Member | undefined;
  readonly peers: readonly Peer[];
  /** What the fragment sets now. */
  readonly fragment: FragmentSettings;
  readonly memory: PlanMemory;
  /** Milliseconds. */
  readonly now: number;
}

/** What a pass is to bring about. */
export interface ServerPlan {
  readonly fragment: FragmentSettings;
  readonly slots: Pick<SlotPlan, "create" | "drop">;
  /** Members that are of this database system, as far as is known: those that may be let in. */
  readonly admitted: readonly Member[];
  /** Whom this server follows from now on. */
  readonly upstream: Member | undefined;
  readonly notices: readonly Notice[];
  readonly memory: PlanMemory;
}

/** Decides what is to be done with the local server. Pure. */
export function planServer(input: PlanInput): ServerPlan {
  const { local, block, members, self, peers, now } = input;
  const systemId = block.system_identifier ?? local.systemId;
  const foreign = peers.filter(({ answer }) => answer !== undefined && answer.systemId !== systemId);
  const foreignKeys = new Set(foreign.map(({ member }) => memberKey(member)));
  const isOurs = (member: Member): boolean => !foreignKeys.has(memberKey(member));
  const ours = peers.filter(({ member }) => isOurs(member));
  const nameOf = (member: Member): string => slotName(block.slots.prefix, member);
  const isOther = (member: Member): boolean => self === undefined || memberKey(member) !== memberKey(self);
  const answering = ours.filter(({ answer }) => answer !== undefined).map(({ member }) => member);
  const needed = [...members.present.filter(isOurs), ...answering].filter(isOther).map(nameOf);
  const slots = planSlots({
    local,
    settings: block.slots,
    needed: new Set(needed),
    unusedSince: input.memory.unusedSince,
    additionsOnly: members.additionsOnly,
    now,
  });
  const settings = local.inRecovery ? planStandby(input, ours) : planPrimary(input, new Set(needed), ours);
  return {
    fragment: settings.fragment,
    slots,
    admitted: members.known.filter(isOurs),
    upstream: settings.upstream,
    notices: [
      ...foreign.map((peer) => foreignNotice(peer, systemId)),
      ...sharedNames(members.present.filter(isOurs), nameOf),
      ...settings.notices,
      ...slots.notices,
    ],
    memory: { unusedSince: slots.unusedSince, goneSince: settings.goneSince },
  };
}

interface SettingsPlan {
  readonly fragment: FragmentSettings;
  readonly upstream: Member | undefined;
  readonly notices: readonly Notice[];
  readonly goneSince: ReadonlyMap<string, number>;
}

function planPrimary(input: PlanInput, names: ReadonlySet<string>, ours: readonly Peer[]): SettingsPlan {
  const { local, block, fragment, memory, now } = input;
  const { notices } = planFollow(local, ours);
  const nothing = { fragment: {}, upstream: undefined, notices, goneSince: new Map<string, number>() };
  if (block.synchronous.mode === "off") return nothing;
  const plan = planSynchronous({
    local,
    settings: block.synchronous,
    members: names,
    goneSince: memory.goneSince,
    now,
  });
  const value = plan.value ?? fragment.synchronous_standby_names;
  return {
    fragment: value === undefined ? {} : { synchronous_standby_names: value },
    upstream: undefined,
    notices: [...notices, ...plan.notices],
    goneSince: plan.goneSince,
  };
}

function planStandby({ local, server, block, self, fragment }: PlanInput, ours: readonly Peer[]): SettingsPlan {
  const goneSince = new Map<string, number>();
  if (!block.follow) return { fragment: {}, upstream: undefined, notices: [], goneSince };
  const { synchronous_standby_names: _names, ...kept } = fragment;
  const { upstream, notices } = planFollow(local, ours);
  if (upstream === undefined) return { fragment: kept, upstream: undefined, notices, goneSince };
  if (self === undefined) {
    const message = `this server is not among the members (none has one of its addresses and port ${local.port}): what it follows is not changed`;
    return { fragment: kept, upstream: undefined, notices: [...notices, { path: [], message }], goneSince };
  }
  const name = slotName(block.slots.prefix, self);
  // Without its slot a standby would not be let in; with it from the next pass on it loses nothing.
  const usesSlot = block.slots.manage && upstream.answer?.hasSlot !== false;
  return {
    fragment: {
      primary_conninfo: renderConninfo(upstream.member, server.replication, name),
      ...(usesSlot ? { primary_slot_name: name } : {}),
    },
    upstream: upstream.member,
    notices,
    goneSince,
  };
}

/** One name is one slot, which serves one standby. */
function sharedNames(members: readonly Member[], nameOf: (member: Member) => string): readonly Notice[] {
  const [first] = members.filter((member) => members.filter((other) => nameOf(other) === nameOf(member)).length > 1);
  if (first === undefined) return [];
  const same = members.filter((member) => nameOf(member) === nameOf(first)).map(memberKey);
  const message = `${same.join(" and ")} are both called ${first.host}, and would share the slot ${nameOf(first)}: give their hosts names of their own`;
  return [{ path: ["slots"], message }];
}

function foreignNotice({ member, answer }: Peer, systemId: string): Notice {
  const message = `${memberKey(member)} belongs to another database system (${answer?.systemId}, not ${systemId}): it is not let in, gets no slot, and is not followed`;
  return { path: ["system_identifier"], message };
}
