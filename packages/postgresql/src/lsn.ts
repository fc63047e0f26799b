/** A place in the write-ahead log, as a number: `16/B374D848`. */
export function parseLsn(text: string): bigint {
  const [, high = "", low = ""] = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text) ?? [];
  if (high === "") throw new Error(`not a place in the write-ahead log: ${JSON.stringify(text)}`);
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** Where `timeline` ended, by the history of a later one; undefined: it is none of that one's ancestors. */
export function forkPoint(history: string, timeline: number): bigint | undefined {
  for (const line of history.split("\n")) {
    const [, number, lsn = ""] = /^\s*(\d+)\s+([0-9A-Fa-f]+\/[0-9A-Fa-f]+)/.exec(line) ?? [];
    if (Number(number) === timeline) return parseLsn(lsn);
  }
  return undefined;
}
