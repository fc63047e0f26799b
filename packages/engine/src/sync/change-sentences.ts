import type { Change } from "@lighthouse-sd/core";
import { oneLine } from "../error-text.js";

/** Above this many changes of one kind only their number is told. */
const MOST_TOLD = 10;

/** What a sync did, one sentence each; of many runtime changes at once only how many. */
export function changeSentences(changes: readonly Change[]): readonly string[] {
  const runtime = changes.filter(({ kind }) => kind === "runtime");
  if (runtime.length <= MOST_TOLD) return changes.map(sentence);
  const others = changes.filter(({ kind }) => kind !== "runtime").map(sentence);
  const repairs = runtime.filter(({ repair }) => repair === true).length;
  const repaired = repairs === 0 ? "" : `, ${repairs} of them repairs`;
  return [...others, `changed ${runtime.length} things at run time${repaired}`];
}

function sentence({ kind, target, action, code, repair }: Change): string {
  const why = code === undefined ? "" : ` (${code})`;
  const repaired = repair === true ? "repaired: " : "";
  if (kind === "reload") return oneLine(`reloaded ${target}: ${action}${why}`);
  return oneLine(`${repaired}${target}: ${action}`);
}
