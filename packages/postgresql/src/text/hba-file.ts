const MARKER = /^# (BEGIN|END) lighthouse ([A-Za-z0-9._-]+)$/;

/** Where a cluster's block stands in a file: offsets of its first character and of the one behind its last line end. */
export interface BlockPlace {
  readonly cluster: string;
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** The blocks of a pg_hba.conf. Throws where markers do not come in pairs: nobody can tell then what is whose. `text` may
 * hold any bytes, one for each character. */
export function findBlocks(text: string): readonly BlockPlace[] {
  const blocks: BlockPlace[] = [];
  let open: { cluster: string; start: number; line: number; lines: string[] } | undefined;
  let offset = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const [, word, cluster = ""] = MARKER.exec(line.trimEnd()) ?? [];
    const end = Math.min(text.length, offset + line.length + 1);
    open?.lines.push(line);
    if (word === "BEGIN") {
      if (open !== undefined) throw broken(open.line, open.cluster, `another BEGIN follows in line ${index + 1}`);
      if (blocks.some((block) => block.cluster === cluster)) throw broken(index + 1, cluster, "it is there twice");
      open = { cluster, start: offset, line: index + 1, lines: [line] };
    } else if (word === "END") {
      if (open?.cluster !== cluster) throw broken(index + 1, cluster, "its END has no BEGIN");
      blocks.push({ cluster, start: open.start, end, lines: open.lines });
      open = undefined;
    }
    offset = end;
  }
  if (open !== undefined) throw broken(open.line, open.cluster, "its BEGIN has no END");
  return blocks;
}

function broken(line: number, cluster: string, what: string): Error {
  const advice =
    "nothing in the file is changed until the markers are in order: repair them, or remove the block by hand";
  return new Error(`line ${line}: the block of Lighthouse for cluster ${cluster} is broken (${what}); ${advice}`);
}

/** `text` with the blocks that are wanted, by cluster; null: that cluster's block stays as it is. Blocks of other clusters
 * are removed; everything outside the blocks stays byte for byte, and a block that comes and goes leaves no trace. */
export function replaceBlocks(text: string, wanted: ReadonlyMap<string, readonly string[] | null>): string {
  const places = findBlocks(text);
  let result = "";
  let from = 0;
  for (const place of places) {
    const lines = wanted.get(place.cluster);
    const before = text.slice(from, place.start);
    if (lines === null) result += text.slice(from, place.end);
    else if (lines !== undefined) result += before + inPlace(text, place, lines);
    else result += isAppendedWithoutEnd(text, place) ? before.replace(/\n$/, "") : before;
    from = place.end;
  }
  result += text.slice(from);
  const present = new Set(places.map(({ cluster }) => cluster));
  const added = [...wanted].filter(([cluster, lines]) => lines !== null && !present.has(cluster)).sort(byName);
  return added.reduce((all, [, lines]) => append(all, lines ?? []), result);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function inPlace(text: string, place: BlockPlace, lines: readonly string[]): string {
  const endsWithLineEnd = text.slice(place.start, place.end).endsWith("\n");
  return latin1(lines.join("\n")) + (endsWithLineEnd ? "\n" : "");
}

/** It was put behind a last line without a line end, which is given back without one. */
function isAppendedWithoutEnd(text: string, place: BlockPlace): boolean {
  return place.end === text.length && !text.endsWith("\n") && place.start > 0;
}

function append(text: string, lines: readonly string[]): string {
  if (/\\\r?\n?$/.test(text)) {
    throw new Error(
      "its last line ends with a backslash, which would join the next line to it; end the file with an empty line",
    );
  }
  const block = latin1(lines.join("\n"));
  return text === "" || text.endsWith("\n") ? `${text}${block}\n` : `${text}\n${block}`;
}

/** Its UTF-8 bytes, one for each character, as the rest of the text. */
function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
