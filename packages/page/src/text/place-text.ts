import type { PlacedProblem } from "../wire/runner-status.js";

/** Where a problem is, as `check` names it: `clusters/web.yaml:7:9`. */
export function placeText({ file, line, column }: PlacedProblem): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}
