import { createTwoFilesPatch } from "diff";

/** What would change in a file, as a unified diff without the lines around: those are the operator's, secrets included. */
export function fileDiff(path: string, before: string | null, after: string): string {
  return createTwoFilesPatch(path, path, utf8(before ?? ""), utf8(after), "now", "planned", { context: 0 });
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
