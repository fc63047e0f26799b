/** Who was seen, and for how long those who are not there have been gone. Time counts only while discovery answers and
 * can be believed. */
export interface Presence {
  /** When it was brought up to date last, in milliseconds of a clock that only goes forward; null: never. */
  readonly atMs: number | null;
  /** Whether time counted at that moment. */
  readonly counted: boolean;
  /** Milliseconds of absence by Erlang node; 0: it is there. */
  readonly absentMs: ReadonlyMap<string, number>;
  /** The discovered names as one text, and for how long discovery has been saying just that. */
  readonly discovered: string;
  readonly stableMs: number;
}

/** What is known at one moment. */
export interface PresenceFacts {
  readonly atMs: number;
  /** Discovery answers now, and names this broker and most members. */
  readonly counts: boolean;
  /** Discovery answers now. */
  readonly live: boolean;
  readonly discovered: readonly string[];
  /** Members that run, as the broker says. */
  readonly running: readonly string[];
  /** Names to remember beside those: the cluster's members, what the fragment had at the start. */
  readonly known: readonly string[];
  /** No single step counts for more: the machine may have slept. */
  readonly longestStepMs: number;
  /** Who is gone for this long is not remembered, unless `known`. */
  readonly keepMs: number;
}

/** Nobody was ever seen. */
export const NOBODY_SEEN: Presence = {
  atMs: null,
  counted: false,
  absentMs: new Map(),
  discovered: "",
  stableMs: 0,
};

/** What is remembered after one more look. */
export function nextPresence(before: Presence, facts: PresenceFacts): Presence {
  const passed = before.atMs === null ? 0 : facts.atMs - before.atMs;
  const step = Math.min(Math.max(0, passed), facts.longestStepMs);
  const discovered = [...facts.discovered].sort().join(" ");
  return {
    atMs: facts.atMs,
    counted: facts.counts,
    absentMs: absences(before, facts, facts.counts && before.counted ? step : 0),
    discovered,
    stableMs: facts.live && discovered === before.discovered ? before.stableMs + step : 0,
  };
}

function absences(before: Presence, facts: PresenceFacts, step: number): ReadonlyMap<string, number> {
  const present = new Set([...facts.discovered, ...facts.running]);
  const known = new Set(facts.known);
  const next = new Map<string, number>();
  for (const name of new Set([...before.absentMs.keys(), ...present, ...known])) {
    if (present.has(name)) {
      next.set(name, 0);
      continue;
    }
    const absent = (before.absentMs.get(name) ?? 0) + step;
    if (known.has(name) || absent < facts.keepMs) next.set(name, absent);
  }
  return next;
}
