import { createTwoFilesPatch } from "diff";

/** What would change in a file, as a unified diff. */
export function fileDiff(path: string, before: string, after: string): string {
  return createTwoFilesPatch(path, path, before, after, "now", "planned", { context: 2 });
}
