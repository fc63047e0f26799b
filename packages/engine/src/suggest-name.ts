import { nearestWord } from "@lighthouse-sd/core";
import { nameList } from "./name-list.js";

const MOST_NAMED = 10;

/** A name that was asked for and is none of `known`, quoted, with what may be meant: `"wbe"; did you mean web? There
 * are: api, web`. */
export function suggestName(asked: string, known: readonly string[]): string {
  const names = [...new Set(known)];
  const near = nearestWord(asked, names);
  const all = names.length === 0 ? "there is none" : `there are: ${nameList(names, MOST_NAMED)}`;
  if (near === undefined) return `${JSON.stringify(asked)}; ${all}`;
  return `${JSON.stringify(asked)}; did you mean ${near}? ${all.replace("there", "There")}`;
}
