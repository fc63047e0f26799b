import { createTwoFilesPatch } from "diff";

/** What a plan would change in a file, as a unified diff with so many `lines` around each change. It shows what the file
 * holds: secrets in it are the caller's to mask, and where the lines around are not the caller's own, it wants none. */
export function fileDiff(path: string, before: string, after: string, lines = 2): string {
  return createTwoFilesPatch(path, path, before, after, "now", "planned", { context: lines });
}
