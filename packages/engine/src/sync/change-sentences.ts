import type { Change } from "@lighthouse-sd/core";
import { oneLine } from "../error-text.js";

/** Above this many changes of one kind only their number is told. */
const MOST_TOLD = 10;

/** One thing that a sync did, or many of a kind. */
export interface ChangeSentence {
  readonly kind: Change["kind"];
  readonly text: string;
  /** What was changed; undefined: many things. */
  readonly target?: string;
}

/** What a sync did, one sentence each; of many runtime changes at once only how many. */
export function changeSentences(changes: readonly Change[]): readonly ChangeSentence[] {
  const runtime = changes.filter(({ kind }) => kind === "runtime");
  if (runtime.length <= MOST_TOLD) return changes.map(sentence);
  const others = changes.filter(({ kind }) => kind !== "runtime").map(sentence);
  const repairs = runtime.filter(({ repair }) => repair === true).length;
  const repaired = repairs === 0 ? "" : `, ${repairs} of them repairs`;
  return [...others, { kind: "runtime", text: `changed ${runtime.length} things at run time${repaired}` }];
}

function sentence(change: Change): ChangeSentence {
  return { kind: change.kind, target: change.target, text: textOf(change) };
}

function textOf({ kind, target, action, code, repair }: Change): string {
  const why = code === undefined ? "" : ` (${code})`;
  const repaired = repair === true ? "repaired: " : "";
  if (kind === "reload") return oneLine(`reloaded ${target}: ${action}${why}`);
  return oneLine(`${repaired}${target}: ${action}`);
}
