const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
  /(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y;

/** What may come next. */
type Place = "value" | "value or ]" | "key" | "key or }" | "colon" | "comma or end" | "nothing";

/** Where `text` stops being JSON: the offset of the first token that cannot stand there, or the text's length where more
 * is wanted; undefined where it is JSON. `JSON.parse` does not tell for every mistake. */
export function jsonErrorOffset(text: string): number | undefined {
  const open: string[] = [];
  let place = "value" as Place;
  let offset = 0;
  for (;;) {
    const start = skipSpace(text, offset);
    if (start === text.length) return place === "nothing" ? undefined : start;
    TOKEN.lastIndex = start;
    const match = TOKEN.exec(text);
    const next: Place | undefined = match === null || place === "nothing" ? undefined : step(place, match, open);
    if (next === undefined) return start;
    place = next;
    offset = TOKEN.lastIndex;
  }
}

function step(place: Place, [, string, scalar, mark]: RegExpExecArray, open: string[]): Place | undefined {
  if (place === "colon") return mark === ":" ? "value" : undefined;
  if (place === "comma or end") return afterValue(mark, open);
  if (place === "key" || place === "key or }") {
    if (string !== undefined) return "colon";
    return mark === "}" && place === "key or }" ? closed(open) : undefined;
  }
  if (string !== undefined || scalar !== undefined) return open.length === 0 ? "nothing" : "comma or end";
  if (mark === "]" && place === "value or ]") return closed(open);
  if (mark !== "{" && mark !== "[") return undefined;
  open.push(mark);
  return mark === "{" ? "key or }" : "value or ]";
}

function afterValue(mark: string | undefined, open: string[]): Place | undefined {
  const inObject = open.at(-1) === "{";
  if (mark === ",") return inObject ? "key" : "value";
  return mark === (inObject ? "}" : "]") ? closed(open) : undefined;
}

function closed(open: string[]): Place {
  open.pop();
  return open.length === 0 ? "nothing" : "comma or end";
}

function skipSpace(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && " \t\n\r".includes(text.charAt(at))) at += 1;
  return at;
}
