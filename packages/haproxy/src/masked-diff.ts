import { fileDiff } from "@lighthouse-sd/plugin-kit";
import { maskSecrets } from "./secrets.js";

/** What would change in HAProxy's configuration, as a unified diff, secrets masked. */
export function maskedDiff(path: string, before: string, after: string): string {
  return maskSecrets(fileDiff(path, before, after));
}
