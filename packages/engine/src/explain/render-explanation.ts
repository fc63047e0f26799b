import pc from "picocolors";
import { oneLine } from "../error-text.js";
import type { Explanation } from "./explanation.js";

/** An explanation for people: the answer, then the chain, each link with its time. */
export function explanationText({ answer, ok, steps }: Explanation, color: boolean): string {
  const colors = pc.createColors(color);
  const width = Math.max(...steps.map(({ stage }) => stage.length));
  const lines = steps.map((step) => {
    const mark = step.ok ? colors.green("✓") : colors.red("✗");
    const time = step.at === null ? "" : ` ${colors.dim(`(${step.at})`)}`;
    return `  ${mark} ${step.stage.padEnd(width)}  ${oneLine(step.sentence)}${time}`;
  });
  return [ok ? colors.green(answer) : colors.bold(oneLine(answer)), ...lines, ""].join("\n");
}
