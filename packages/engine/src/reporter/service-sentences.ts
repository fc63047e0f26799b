import type { CheckHealth, CheckResult, Thresholds } from "./check-health.js";
import type { PortVerdict } from "./port-verdict.js";
import type { RegistrationState } from "./registration.js";

/** One line of log. */
export interface Sentence {
  readonly level: "info" | "warn" | "error";
  readonly text: string;
}

/** What a new verdict means for people; `port` as in `port 8000`. */
export function verdictSentences(port: string, before: PortVerdict, after: PortVerdict): readonly Sentence[] {
  if (before.state === after.state) return [];
  if (after.state === "up") return [{ level: "info", text: `${port} is up` }];
  const why = after.reason === null ? "" : `: ${after.reason}`;
  return after.state === "down" ? [{ level: "warn", text: `${port} is down${why}` }] : [];
}

/** What a result means for people: the first failure of a check that passed, and its end. */
export function resultSentences(
  port: string,
  check: string,
  {
    before,
    result,
    limits,
  }: { readonly before: CheckHealth; readonly result: CheckResult; readonly limits: Thresholds },
): readonly Sentence[] {
  const who = `${port}: check ${check}`;
  const wasWell = before.last?.passed !== false;
  if (!result.passed && wasWell) {
    const of = before.passing === true && limits.fall > 1 ? ` (1 of ${limits.fall} in a row that take it down)` : "";
    return [{ level: "warn", text: `${who} failed${of}: ${result.reason}` }];
  }
  return result.passed && before.last?.passed === false ? [{ level: "info", text: `${who} passed again` }] : [];
}

/** What became of a registration. */
export function registrationSentences(
  where: { readonly node: string; readonly discovery: string; readonly left: boolean },
  before: RegistrationState,
  after: RegistrationState,
): readonly Sentence[] {
  const what = `${where.node} with ${where.discovery}`;
  if (after.status === "registered") return [{ level: "info", text: `registered ${what}` }];
  if (after.status === "none") return [{ level: "info", text: `${where.left ? "leaves" : "withdraws"} ${what}` }];
  if (after.status !== "lost" || (before.status === "lost" && before.error === after.error)) return [];
  return [{ level: "error", text: `cannot register ${what} now: ${after.error}; trying again` }];
}
