import type { Change } from "@lighthouse-sd/core";
import pc from "picocolors";
import { formatProblem } from "../config/sort-problems.js";
import { counted } from "../counted.js";
import { oneLine, visible } from "../error-text.js";
import { clusterNotes } from "../http/readiness.js";
import { type BalancerPlan, type Plan, planOutcome } from "./plan.js";

type Colors = ReturnType<typeof pc.createColors>;

/** A plan as people read it: what each balancer would change, what it was planned with, and one closing line. */
export function planText(plan: Plan, color: boolean): string {
  const colors = pc.createColors(color);
  const balancers = [...plan.balancers].map(([name, one]) => `${colors.bold(name)}\n${balancerText(one, colors)}`);
  const notes = clusterNotes(plan.clusters).map((note) => `${colors.yellow("note:")} ${oneLine(note)}`);
  const errors = plan.problems.map((problem) => `${colors.red("error:")} ${oneLine(formatProblem(problem))}`);
  const groups = [...balancers, notes.join("\n"), errors.join("\n"), closing(plan)];
  return `${groups.filter((group) => group !== "").join("\n\n")}\n`;
}

/** A plan as JSON. */
export function planJson({ balancers, clusters, problems }: Plan): string {
  const plans = [...balancers].map(([name, plan]) => [
    name,
    "changes" in plan ? { changes: plan.changes.map(plain) } : plan,
  ]);
  const members = clusters.map(({ name, discovery, state: { source, error, nodes } }) => [
    name,
    { discovery, source, error, nodes: nodes?.length ?? null },
  ]);
  const document = {
    balancers: Object.fromEntries(plans),
    clusters: Object.fromEntries(members),
    config: { errors: problems },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A change less what a plugin may have added to it. */
function plain({ kind, target, action, code, repair, diff }: Change): Change {
  return {
    kind,
    target,
    action,
    ...(code !== undefined && { code }),
    ...(repair !== undefined && { repair }),
    ...(diff !== undefined && { diff }),
  };
}

function balancerText(plan: BalancerPlan, colors: Colors): string {
  if ("error" in plan) return `  ${colors.red("failed")}   ${oneLine(plan.error)}`;
  if ("cannotTell" in plan) return "  cannot tell: its plugin does not plan";
  if (plan.changes.length === 0) return "  nothing to change";
  return plan.changes.map((change) => changeText(change, colors)).join("\n");
}

function changeText({ kind, target, action, code, repair, diff }: Change, colors: Colors): string {
  const word = kind.padEnd(8);
  const why = kind === "reload" && code !== undefined ? ` (${oneLine(code)})` : "";
  const repaired = repair === true ? " (repair)" : "";
  const line = `  ${kind === "reload" ? colors.yellow(word) : word} ${oneLine(target)}: ${oneLine(action)}${why}${repaired}`;
  if (diff === undefined || diff === "") return line;
  const lines = diff.replace(/\n$/, "").split("\n");
  return [line, ...lines.map((text) => `    ${diffLine(text, colors)}`)].join("\n");
}

function diffLine(line: string, colors: Colors): string {
  // A tab is indentation here; it does nothing to a terminal.
  const text = line.split("\t").map(visible).join("\t");
  if (/^(---|\+\+\+)( |$)/.test(line)) return colors.bold(text);
  if (line.startsWith("+")) return colors.green(text);
  if (line.startsWith("-")) return colors.red(text);
  return line.startsWith("@@") ? colors.cyan(text) : text;
}

function closing(plan: Plan): string {
  const plans = [...plan.balancers.values()];
  const changes = plans.flatMap((one) => ("changes" in one ? one.changes : []));
  const changesOf = (kind: Change["kind"], what: string): readonly string[] => {
    const number = changes.filter((change) => change.kind === kind).length;
    return number === 0 ? [] : [counted(number, what)];
  };
  const kinds = [
    ...changesOf("file", "file"),
    ...changesOf("runtime", "runtime change"),
    ...changesOf("reload", "reload"),
  ];
  const result = kinds.length === 0 ? "A sync would change nothing" : `A sync would make: ${kinds.join(", ")}`;
  const unknown = plans.filter((one) => "cannotTell" in one).length;
  const untold = unknown === 0 ? "" : `; ${counted(unknown, "balancer")} cannot tell`;
  const failed = plans.filter((one) => "error" in one).length;
  const missing = [
    ...(failed === 0 ? [] : [`${counted(failed, "balancer")} failed`]),
    ...(plan.problems.length === 0 ? [] : [counted(plan.problems.length, "configuration error")]),
  ];
  const incomplete = planOutcome(plan) === "failed" ? `; this is not all: ${missing.join(", ")}` : "";
  return `${result}${untold}${incomplete}.`;
}
