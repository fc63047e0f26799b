import { canonicalIp } from "@lighthouse-sd/core";

/** One thing HAProxy said about a configuration. */
export interface CheckMessage {
  /** Without prefix, pid and place, continued lines joined. */
  readonly text: string;
  /** The file and line it speaks of, where it names one. */
  readonly file?: string;
  readonly line?: number;
}

const START = /^\[(ALERT|EMERG|WARNING|NOTICE|INFO|DIAG)\]\s*(?:[\d/]+\s*)?\(\d+\)\s*:\s*(.*)$/;
const PLACE = /\[([^\][]+?):(\d+)\]/g;
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
  // Addresses that are spoken of stand in brackets too.
  const places = [...text.matchAll(PLACE)].filter(([, file = ""]) => canonicalIp(file) === undefined && file !== "*");
  const bare = places
    .reduce((rest, [place]) => rest.replace(place, ""), text)
    .replace(/^(?:[\s:]|parsing\b)+/, "")
    .replace(/\s{2,}/g, " ")
    .replace(/\s+([:;,.])/g, "$1")
    .trim();
  const [place] = places;
  return place === undefined ? { text: bare } : { text: bare, file: place[1] ?? "", line: Number(place[2]) };
}

const REFUSED_DIRECTIVES: readonly RegExp[] = [
  /^unknown keyword '([^']+)' in '[^']+' section/,
  /^unknown option '([^']+)'/,
  /^'([^']+)' not allowed (?:in '[^']+' section|because )/,
];

/** The directive that HAProxy does not know, or not in that section; undefined where the message says something else. */
export function refusedDirective({ text }: CheckMessage): string | undefined {
  return REFUSED_DIRECTIVES.map((form) => form.exec(text)?.[1]).find((word) => word !== undefined);
}
