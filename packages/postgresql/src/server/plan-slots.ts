import { durationMs } from "@lighthouse-sd/core";
import type { PostgreSQLBlock } from "../config/postgresql-config.js";
import type { LocalServer, Notice, Slot } from "./server-state.js";

/** What is to become of the slots. */
export interface SlotPlan {
  readonly create: readonly string[];
  readonly drop: readonly string[];
  readonly notices: readonly Notice[];
  /** Since when (ms) each slot of ours has been without use. */
  readonly unusedSince: ReadonlyMap<string, number>;
}

/** Slots as the planner is given them. */
export interface SlotInput {
  readonly local: LocalServer;
  readonly settings: PostgreSQLBlock["slots"];
  /** Names of the slots of members that discovery names, or that answer. */
  readonly needed: ReadonlySet<string>;
  readonly unusedSince: ReadonlyMap<string, number>;
  readonly additionsOnly: boolean;
  readonly now: number;
}

/** A primary has a slot for every member. Slots of ours that nobody has used for `drop_after` go: those of members that are
 * gone, and on a standby all, for they hold WAL that nobody will ask it for. */
export function planSlots(input: SlotInput): SlotPlan {
  const { local, settings, needed, now } = input;
  if (!settings.manage) return { create: [], drop: [], notices: [], unusedSince: new Map() };
  const own = local.slots.filter(({ name }) => name.startsWith(settings.prefix));
  // A lost slot is of no use to its member either: it is replaced once it has been that for as long.
  const unused = own.filter(
    ({ name, active, walStatus }) => !active && (local.inRecovery || !needed.has(name) || walStatus === "lost"),
  );
  const since = new Map(unused.map(({ name }) => [name, input.unusedSince.get(name) ?? now]));
  const unusedSince = input.additionsOnly ? new Map([...since.keys()].map((name) => [name, now])) : since;
  const due = [...unusedSince].filter(([, first]) => now - first > durationMs(settings.drop_after));
  const drop = input.additionsOnly ? [] : due.map(([name]) => name).sort();
  if (local.inRecovery) return { create: [], drop, notices: retained(own), unusedSince };
  const isUnbounded = local.settings.max_slot_wal_keep_size === "-1" && !settings.allow_unbounded;
  if (isUnbounded) return { create: [], drop, notices: [UNBOUNDED, ...retained(own)], unusedSince };
  const present = new Set(local.slots.map(({ name }) => name));
  const create = [...needed].filter((name) => !present.has(name)).sort();
  return { create, drop, notices: retained(own), unusedSince };
}

const UNBOUNDED: Notice = {
  path: ["slots", "manage"],
  message:
    "no slots are made: with max_slot_wal_keep_size = -1 the slot of a standby that is gone fills the disk; set that limit (a reload applies it), or slots.allow_unbounded: true, or slots.manage: false",
};

const MUCH = 1024 * 1024 * 1024;

function retained(slots: readonly Slot[]): readonly Notice[] {
  return slots.flatMap(({ name, active, walStatus, retained: bytes }) => {
    if (walStatus === "lost")
      return [{ path: ["slots"], message: `slot ${name} is lost: its standby needs a new copy` }];
    if (active || bytes < MUCH) return [];
    const size = `${(bytes / MUCH).toFixed(1)} GiB`;
    return [{ path: ["slots"], message: `slot ${name}, which nobody uses, holds ${size} of WAL` }];
  });
}
