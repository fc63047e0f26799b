import type { NodeReport } from "@lighthouse-sd/core";
import { formatProblem } from "../config/sort-problems.js";
import { oneLine } from "../error-text.js";
import { nameList } from "../name-list.js";
import { type Explained, type ExplainedBalancer, type ExplainedStep, step } from "./explanation.js";

/** How a balancer stands towards the newest state, with its problems in this cluster. */
export function balancerSteps({ name, state }: ExplainedBalancer, file: string): readonly ExplainedStep[] {
  return [
    standing({ name, state }),
    ...state.problems
      .filter((problem) => problem.file === file)
      .map((problem) => step("balancer", false, state.lastSync, `${name}: ${formatProblem(problem)}`, name)),
  ];
}

function standing({ name, state }: Pick<ExplainedBalancer, "name" | "state">): ExplainedStep {
  const { converged, pending, lastSync, lastError } = state;
  const said = (ok: boolean, sentence: string): ExplainedStep => step("balancer", ok, lastSync, sentence, name);
  if (lastError !== null)
    return said(false, `${name} fails and is tried again, its target is left as it is: ${lastError}`);
  if (converged) return said(true, `${name}: its target has confirmed the newest state`);
  if (lastSync === null) return said(false, `${name} has not been brought in line yet`);
  if (pending) return said(true, `${name} is on its way: it waits for a drain, a first check or a look that is due`);
  return said(false, `${name}: its target has not confirmed the newest state yet; it is tried again`);
}

/** What a balancer did last that concerns `node` (undefined: any reload); nothing where that is not known any more. */
export function lastChangeStep({ events }: Explained, balancer: string, node?: string): readonly ExplainedStep[] {
  const last = events.findLast((event) => {
    if (event.balancer !== balancer) return false;
    return node === undefined ? event.kind === "reload" : event.kind === "runtime" && isOf(event.target, node);
  });
  if (last === undefined) return [];
  const what = node === undefined ? "the last reload" : "the last change of it";
  return [step("balancer", true, last.at, `${what}: ${last.message}`, balancer)];
}

function isOf(target: string | undefined, node: string): boolean {
  return target === node || target?.endsWith(`/${node}`) === true;
}

/** What a balancer's target says of `node`. */
export function targetStep(balancer: ExplainedBalancer, node: string, now: number): ExplainedStep {
  const { name, target } = balancer;
  if (target.kind !== "nodes") return silence(balancer, now);
  const report = target.nodes.find((candidate) => candidate.node === node);
  if (report === undefined) return step("target", false, now, `the target of ${name} does not have it`, name);
  return step("target", report.serving, now, `the target of ${name} ${said(report)}`, name);
}

/** What a balancer's target says of the nodes of a cluster. */
export function targetSteps(balancer: ExplainedBalancer, now: number): readonly ExplainedStep[] {
  const { name, target } = balancer;
  if (target.kind !== "nodes") return [silence(balancer, now)];
  const out = target.nodes.filter(({ serving }) => !serving);
  const whole = `the target of ${name} gives work to ${target.nodes.length - out.length} of ${target.nodes.length} nodes`;
  const rest =
    out.length === 0 ? "" : `, and not to: ${nameList(out.map((report) => `${report.node} (${report.state})`))}`;
  return [step("target", out.length === 0, now, oneLine(`${whole}${rest}`), name)];
}

function silence({ name, target }: ExplainedBalancer, now: number): ExplainedStep {
  if (target.kind === "failed") {
    return step("target", false, now, `the target of ${name} could not be asked: ${target.reason}`, name);
  }
  return step("target", true, null, `${name} cannot tell what its target does with its nodes`, name);
}

function said({ state, serving, detail }: NodeReport): string {
  const work = serving ? "gives it work" : "gives it no new work";
  return oneLine(`${work}: ${state}${detail === undefined ? "" : `: ${detail}`}`);
}
