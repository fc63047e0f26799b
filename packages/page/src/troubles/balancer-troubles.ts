import { placeText } from "../text/place-text.js";
import type { RunnerStatus } from "../wire/runner-status.js";
import type { Trouble } from "./trouble.js";

/** What is wrong with balancers. One that is at work is not in trouble. */
export function balancerTroubles({ balancers }: RunnerStatus): readonly Trouble[] {
  return Object.entries(balancers).flatMap(([name, { lastError, lastSync, problems }]) => {
    const subjects = [{ kind: "balancer", name }] as const;
    const failing: Trouble = {
      key: `failing ${name}`,
      severity: "bad",
      subjects,
      sentence: "its last sync failed, and is tried again",
      detail: lastError,
      since: lastSync,
    };
    return [
      ...(lastError === null ? [] : [failing]),
      ...problems.map((problem): Trouble => {
        const key = `problem ${name} ${placeText(problem)} ${problem.message}`;
        return { key, severity: "look", subjects, sentence: problem.message, detail: placeText(problem), since: null };
      }),
    ];
  });
}
