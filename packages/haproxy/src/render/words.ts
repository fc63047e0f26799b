/** The words of one configuration line as HAProxy reads them: quotes and backslashes taken away, a comment left out. */
export function wordsOf(line: string): readonly string[] {
  return scan(line).words;
}

/** `text` without the comment at its end, so that more can be written behind it. */
export function withoutComment(text: string): string {
  return text.slice(0, scan(text).end).trim();
}

interface Scanned {
  readonly words: readonly string[];
  /** Where a comment begins, or the line ends. */
  readonly end: number;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

function scan(line: string): Scanned {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  let at = 0;
  for (; at < line.length; at++) {
    const character = line.charAt(at);
    const next = line.charAt(at + 1);
    if (character === "\\" && quote !== "'" && isEscaped(next, quote)) {
      word = (word ?? "") + (quote === undefined ? (ESCAPES.get(next) ?? next) : next);
      at++;
    } else if (character === quote) quote = undefined;
    else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= "";
    } else if (quote === undefined && character === "#") break;
    else if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (word !== undefined) words.push(word);
  return { words, end: at };
}

function isEscaped(next: string, quote: string | undefined): boolean {
  return next !== "" && (quote === undefined ? "\\\"'# nrt" : '\\"$').includes(next);
}
