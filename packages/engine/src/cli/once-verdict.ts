import { formatProblem } from "../config/sort-problems.js";
import { heldNotes } from "../http/readiness.js";
import type { RunnerState } from "../http/status.js";
import { EXIT } from "./exit-codes.js";

/** How a `--once` run stands. */
export interface OnceVerdict {
  /** True: there is nothing left to wait for. */
  readonly done: boolean;
  /** The exit code if it ended now. */
  readonly code: number;
  /** What is not done, one line each. */
  readonly reasons: readonly string[];
}

/** What a `--once` run has come to. Pure. Done: every source has answered and every balancer's target has confirmed.
 * `patient` is false when sources that have not answered are no longer waited for; they count as a failure. A drain
 * that is still going on at the end is none. */
export function onceVerdict(state: RunnerState, patient: boolean): OnceVerdict {
  const silent = state.clusters.filter(({ state: { answered } }) => !answered);
  const open = [...state.balancers].filter(([, { converged, everInLine }]) => !converged || !everInLine);
  const failing = open.filter(([, { pending }]) => !pending);
  const held = state.clusters.filter(({ state }) => state.held.length > 0);
  const failures = [
    ...silent.map(({ name, discovery, state: { error } }) => {
      return `cluster ${name}: ${discovery} has not answered${error === null ? "" : `: ${error}`}`;
    }),
    ...failing.map(
      ([name, { lastError }]) => `balancer ${name}: not in line${lastError === null ? "" : `: ${lastError}`}`,
    ),
    ...state.problems.map(formatProblem),
  ];
  const notes = [
    ...open
      .filter(([, { pending }]) => pending)
      .map(([name]) => `balancer ${name}: still on its way, without a failure`),
    ...heldNotes(state.clusters),
  ];
  const code = failures.length > 0 ? EXIT.failed : held.length > 0 ? EXIT.held : EXIT.done;
  return { done: open.length === 0 && (silent.length === 0 || !patient), code, reasons: [...failures, ...notes] };
}
