import type { Change, SyncResult } from "@lighthouse-sd/core";
import type { FileProblem } from "../config/configuration.js";

/** How one balancer stands. Never changed, only replaced. Times are Unix milliseconds. */
export interface BalancerState {
  /** Its plugin's name. */
  readonly type: string;
  readonly file: string;
  /** The target has confirmed the newest generation. */
  readonly converged: boolean;
  /** Not converged, but on its way without a failure: a drain. */
  readonly pending: boolean;
  /** Counts what it was asked to apply: any change of its configuration or of its clusters. */
  readonly generation: number;
  /** The newest generation that the target has confirmed. */
  readonly appliedGeneration: number;
  /** When the last sync ended that came to a result. */
  readonly lastSync: number | null;
  readonly reloads: number;
  readonly lastReload: Reload | null;
  readonly problems: readonly FileProblem[];
  readonly lastError: string | null;
  /** It was in line, or on its way without a failure, once with every source heard. */
  readonly everInLine: boolean;
  /** Why its loop cannot go on by itself; null: it can. */
  readonly standstill: string | null;
}

/** Why and when a target was last reloaded. */
export interface Reload {
  readonly at: number;
  readonly reason: string;
  readonly code: string | null;
}

/** A balancer that has done nothing yet. */
export function newBalancerState(type: string, file: string): BalancerState {
  return {
    type,
    file,
    converged: false,
    pending: false,
    generation: 0,
    appliedGeneration: 0,
    lastSync: null,
    reloads: 0,
    lastReload: null,
    problems: [],
    lastError: null,
    everInLine: false,
    standstill: null,
  };
}

/** It is asked for something new. */
export function withNewGeneration(state: BalancerState): BalancerState {
  return { ...state, generation: state.generation + 1, converged: false };
}

/** What a sync came to. */
export interface SyncOutcome {
  readonly result: SyncResult;
  readonly problems: readonly FileProblem[];
  /** What the sync was given. */
  readonly generation: number;
  /** All sources of what it was given had been heard. */
  readonly complete: boolean;
  /** Why its newest configuration is not what it works with; null: it is. */
  readonly error: string | null;
  readonly at: number;
}

/** A sync came to a result. */
export function withResult(state: BalancerState, outcome: SyncOutcome): BalancerState {
  const { result, problems, generation, at, error, complete } = outcome;
  const confirmed = result.converged && error === null;
  const pending = !result.converged && result.syncAgainMs !== undefined && error === null;
  const reloads = result.changes.filter(({ kind }) => kind === "reload");
  return {
    ...state,
    converged: confirmed && generation === state.generation,
    pending,
    appliedGeneration: confirmed ? generation : state.appliedGeneration,
    lastSync: at,
    reloads: state.reloads + reloads.length,
    lastReload: lastReload(reloads, at) ?? state.lastReload,
    problems,
    lastError: error,
    everInLine: state.everInLine || (complete && (confirmed || pending)),
  };
}

/** A sync, or the way there, failed. */
export function withFailure(state: BalancerState, error: string): BalancerState {
  return { ...state, converged: false, pending: false, lastError: error };
}

function lastReload(reloads: readonly Change[], at: number): Reload | null {
  const last = reloads.at(-1);
  return last === undefined ? null : { at, reason: last.action, code: last.code ?? null };
}
