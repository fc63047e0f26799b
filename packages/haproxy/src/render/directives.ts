import type { Line, Origin } from "./section.js";
import { wordsOf } from "./words.js";

/** Words that begin a section: a directive that begins with one would end the section it stands in. */
const SECTION_WORDS: ReadonlySet<string> = new Set(
  (
    "global defaults frontend backend listen peers resolvers mailers cache program userlist http-errors ring " +
    "log-forward fcgi-app crt-store traces log-profile acme"
  ).split(" "),
);

/** The directives of a list, one line each, each with its place. Those that would begin a section are left out. */
export function directives(lines: readonly string[], origin: Origin): readonly Line[] {
  return lines.flatMap((text, index) => {
    if (wordsOf(text).length === 0 || beginsSection(text)) return [];
    return [{ text: text.trim(), origin: { cluster: origin.cluster, path: [...origin.path, index] } }];
  });
}

/** True for a directive that would begin a section of its own. */
export function beginsSection(directive: string): boolean {
  return SECTION_WORDS.has(firstWord(directive));
}

/** The first word of a directive. */
export function firstWord(directive: string): string {
  return wordsOf(directive)[0] ?? "";
}

/** The first argument of the last of the directives that begin with `keyword`: `roundrobin` for `balance roundrobin`. */
export function lastArgument(lines: readonly string[], keyword: string): string | undefined {
  return argumentsOf(lines, keyword).at(-1)?.[0];
}

/** The arguments of every directive that begins with `keyword`. */
export function argumentsOf(lines: readonly string[], keyword: string): readonly (readonly string[])[] {
  return lines.map(wordsOf).flatMap((words) => (words[0] === keyword ? [words.slice(1)] : []));
}

/** True where a line begins with these words. */
export function hasDirective(lines: readonly string[], ...words: readonly string[]): boolean {
  return lines.map(wordsOf).some((found) => words.every((wanted, index) => found[index] === wanted));
}

/** The mode a section of these lines runs in, by its own lines or else the defaults'. */
export function modeOf(lines: readonly string[], defaults: readonly string[]): string {
  return lastArgument(lines, "mode") ?? lastArgument(defaults, "mode") ?? "tcp";
}
