import type { Line, Origin } from "./section.js";

/** Words that begin a section: a directive that begins with one would end the section it stands in. */
const SECTION_WORDS: ReadonlySet<string> = new Set(
  (
    "global defaults frontend backend listen peers resolvers mailers cache program userlist http-errors ring " +
    "log-forward fcgi-app crt-store traces log-profile acme"
  ).split(" "),
);

/** The directives of a list, one line each, each with its place. */
export function directives(lines: readonly string[], origin: Origin): readonly Line[] {
  return lines.flatMap((text, index) => {
    const trimmed = text.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    return [{ text: trimmed, origin: { cluster: origin.cluster, path: [...origin.path, index] } }];
  });
}

/** True for a directive that would begin a section of its own. */
export function beginsSection(directive: string): boolean {
  return SECTION_WORDS.has(firstWord(directive));
}

/** The first word of a directive. */
export function firstWord(directive: string): string {
  return directive.trim().split(/\s+/, 1)[0] ?? "";
}

/** The last argument list given to a directive: `roundrobin` for `balance roundrobin`. */
export function lastArgument(lines: readonly string[], keyword: string): string | undefined {
  const matching = lines.map((line) => line.trim()).filter((line) => firstWord(line) === keyword);
  return matching.at(-1)?.slice(keyword.length).trim();
}

/** True where a line begins with these words. */
export function hasDirective(lines: readonly string[], ...words: readonly string[]): boolean {
  return lines.some((line) => {
    const found = line.trim().split(/\s+/);
    return words.every((wanted, index) => found[index] === wanted);
  });
}

/** The mode a section of these lines runs in, by its own lines or else the defaults'. */
export function modeOf(lines: readonly string[], defaults: readonly string[]): string {
  return lastArgument(lines, "mode") ?? lastArgument(defaults, "mode") ?? "tcp";
}
