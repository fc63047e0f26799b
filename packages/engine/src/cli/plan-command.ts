import { resolve } from "node:path";
import { systemClock } from "../clock.js";
import type { LogOutput } from "../logging/log-output.js";
import { makePlan } from "../plan/make-plan.js";
import { planOutcome } from "../plan/plan.js";
import { planJson, planText } from "../plan/render-plan.js";
import { CALL_TIMES, type CallTimes } from "../plugin-calls.js";
import type { PluginFinder } from "../plugins/plugin-finder.js";
import { stateDirectory, stateDirectorySetting } from "../state-directory.js";
import { EXIT } from "./exit-codes.js";
import { requireDirectory } from "./require-directory.js";

/** What `plan` is asked for. */
export interface PlanOptions {
  /** The configuration directory. */
  readonly directory: string;
  /** --state-dir */
  readonly stateDir: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly json: boolean;
  readonly color: boolean;
  readonly plugins: PluginFinder;
  readonly log: LogOutput;
  /** Where the result goes, line ends included. */
  readonly out: (text: string) => void;
  /** How long sources may take to answer, in milliseconds. Default 30,000. */
  readonly limitMs?: number;
  /** Default: those of a runner. */
  readonly times?: CallTimes;
}

const LIMIT_MS = 30_000;

/** Tells what a sync would change now, and touches nothing. Gives the exit code: 0 nothing, 2 changes, 1 where a part of
 * the plan is missing. Rejects with UsageError where there is no directory. */
export async function runPlan(options: PlanOptions): Promise<number> {
  const { json, color, plugins, log, out, env, limitMs = LIMIT_MS, times = CALL_TIMES } = options;
  await requireDirectory(options.directory);
  const directory = resolve(options.directory);
  const setting = await stateDirectorySetting(directory);
  const state = stateDirectory({ directory, option: options.stateDir, setting, env });
  const plan = await makePlan({ directory, stateDirectory: state, plugins, log, clock: systemClock, times, limitMs });
  out(json ? planJson(plan) : planText(plan, color));
  return { nothing: EXIT.done, changes: EXIT.changes, failed: EXIT.failed }[planOutcome(plan)];
}
