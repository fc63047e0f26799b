/** One thing HAProxy said about a configuration. */
export interface CheckMessage {
  /** Without prefix, pid and place, continued lines joined. */
  readonly text: string;
  /** The file and line it speaks of, where it names one. */
  readonly file?: string;
  readonly line?: number;
}

const START = /^\[(ALERT|EMERG|WARNING|NOTICE|INFO|DIAG)\]\s*(?:[\d/]+\s*)?\(\d+\)\s*:\s*(.*)$/;
const PLACE = /\[([^\][]+?):(\d+)\]/;
/** Sentences that end a list of errors and name none. */
const CLOSING = /^(Error\(s\) found in configuration file|Fatal errors found in configuration|\[haproxy\.main\(\)\])/;

/** The errors in what HAProxy printed to stderr while it read a configuration or started on it. */
export function parseErrors(stderr: string): readonly CheckMessage[] {
  const blocks: { level: string; lines: string[] }[] = [];
  for (const line of stderr.split("\n")) {
    const start = START.exec(line);
    if (start !== null) blocks.push({ level: start[1] ?? "", lines: [start[2] ?? ""] });
    else if (line.trim() !== "" && !/^\s*\^\s*$/.test(line)) blocks.at(-1)?.lines.push(line.trim());
  }
  return blocks
    .filter(({ level }) => level === "ALERT" || level === "EMERG")
    .map(({ lines }) => lines.join(" ").replace(/^config : /, ""))
    .filter((text) => !CLOSING.test(text))
    .map(messageOf);
}

function messageOf(text: string): CheckMessage {
  const place = PLACE.exec(text);
  const bare = text
    .replace(PLACE, "")
    .replace(/^\s*parsing\s*:?/, "")
    .replace(/^[\s:]+/, "")
    .replace(/\s{2,}/g, " ")
    .trim();
  return place === null ? { text: bare } : { text: bare, file: place[1] ?? "", line: Number(place[2]) };
}

/** The word that HAProxy does not know as a directive; undefined where the message says something else. */
export function unknownKeyword(message: CheckMessage): string | undefined {
  return /^unknown keyword '([^']+)' in '[^']+' section/.exec(message.text)?.[1];
}
