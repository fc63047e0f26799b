import { durationMs, formatAddress, type Node } from "@lighthouse-sd/core";
import type { PostgreSQLBlock } from "./config/postgresql-config.js";

/** Where a member is. */
export type Member = Pick<Node, "host" | "ip" | "port">;

/** What is remembered of a cluster's members from one pass to the next. */
export interface Membership {
  readonly members: ReadonlyMap<string, { readonly member: Member; readonly absentSince: number | null }>;
  /** Who was there when it last looked normal. */
  readonly baseline: ReadonlySet<string>;
}

/** Who counts as a member now. */
export interface KnownMembers {
  readonly state: Membership;
  /** Those, and those that are absent but still let in. */
  readonly known: readonly Member[];
  /** Those that discovery names, and all that were there where it cannot be believed. */
  readonly present: readonly Member[];
  /** True: nobody may be taken for gone now. */
  readonly additionsOnly: boolean;
  /** How many are gone at once, where that is too many to be believed. */
  readonly massRemoval: number | undefined;
}

/** A member's identity. */
export function memberKey({ ip, port }: Pick<Member, "ip" | "port">): string {
  return formatAddress(ip, port);
}

/** What is known at the start: the members that were written down last. */
export function rememberedMembers(members: readonly Member[]): Membership {
  const entries = members.map((member) => [memberKey(member), { member, absentSince: null }] as const);
  return { members: new Map(entries), baseline: new Set(entries.map(([key]) => key)) };
}

/** Who counts as a member at `now` (ms), given what discovery says; `nodes` null: it says nothing. Absence counts from the
 * first pass that believes it. */
export function updateMembers(
  state: Membership,
  cluster: { readonly nodes: readonly Member[] | null; readonly live: boolean },
  block: Pick<PostgreSQLBlock, "keep_absent" | "mass_removal">,
  now: number,
): KnownMembers {
  const named = new Map((cluster.nodes ?? []).map((node) => [memberKey(node), node]));
  const missing = [...state.baseline].filter((key) => !named.has(key)).length;
  const isMass = block.mass_removal === "hold" && missing > state.baseline.size / 2;
  const additionsOnly = cluster.nodes === null || !cluster.live || isMass;
  const keepMs = durationMs(block.keep_absent);
  const members = new Map<string, { readonly member: Member; readonly absentSince: number | null }>();
  for (const [key, { member, absentSince }] of state.members) {
    if (named.has(key)) continue;
    if (additionsOnly) members.set(key, { member, absentSince: absentSince === null ? null : now });
    else if (now - (absentSince ?? now) < keepMs) members.set(key, { member, absentSince: absentSince ?? now });
  }
  for (const [key, member] of named) members.set(key, { member, absentSince: null });
  const baseline = additionsOnly ? new Set([...state.baseline, ...named.keys()]) : new Set(named.keys());
  const all = [...members.values()];
  return {
    state: { members, baseline },
    known: all.map(({ member }) => member).sort(byPlace),
    present: all
      .filter(({ absentSince }) => absentSince === null)
      .map(({ member }) => member)
      .sort(byPlace),
    additionsOnly,
    massRemoval: isMass && cluster.nodes !== null && cluster.live ? missing : undefined,
  };
}

function byPlace(a: Member, b: Member): number {
  return memberKey(a) < memberKey(b) ? -1 : 1;
}
