import { createTwoFilesPatch } from "diff";
import { maskSecrets } from "./secrets.js";

/** What would change in a file, as a unified diff, secrets masked. */
export function fileDiff(path: string, before: string, after: string): string {
  return maskSecrets(createTwoFilesPatch(path, path, before, after, "now", "planned", { context: 2 }));
}
