/** What the bytes received so far say of the line that is waited for. */
export type LineVerdict = "matches" | "differs" | "matches so far" | "unfinished";

/** Compares the first line of an answer with the one that is wanted. A line ends with LF, or with the connection; a CR
 * before its end counts only where it is wanted too. */
export function judgeLine(received: string, ended: boolean, wanted: string): LineVerdict {
  const end = received.indexOf("\n");
  if (end < 0 && !ended) return isLine(received, wanted) ? "matches so far" : "unfinished";
  return isLine(end < 0 ? received : received.slice(0, end), wanted) ? "matches" : "differs";
}

function isLine(line: string, wanted: string): boolean {
  return line === wanted || line === `${wanted}\r`;
}

/** The line of a configured response: without the line end that it may have been written with. */
export function wantedLine(response: string): string {
  return response.replace(/\r?\n$/, "");
}
