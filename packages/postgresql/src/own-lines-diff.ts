import { fileDiff } from "@lighthouse-sd/plugin-kit";

/** What would change in a file whose bytes are held as latin1, as a unified diff without the lines around: those are the
 * operator's, secrets included. */
export function ownLinesDiff(path: string, before: string | null, after: string): string {
  return fileDiff(path, utf8(before ?? ""), utf8(after), 0);
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
