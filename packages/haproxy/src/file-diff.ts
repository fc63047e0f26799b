import { createTwoFilesPatch } from "diff";

/** Words that are followed by a secret, or by one behind a user's name and a colon. */
const SECRET = /\b(password|insecure-password)(\s+)(\S+)|\b(stats\s+auth\s+[^:\s]+:)(\S+)/g;

/** What would change in a file, as a unified diff, secrets masked. */
export function fileDiff(path: string, before: string, after: string): string {
  return maskSecrets(createTwoFilesPatch(path, path, before, after, "now", "planned", { context: 2 }));
}

/** `text` without the passwords of user lists and statistics pages. */
export function maskSecrets(text: string): string {
  return text.replace(SECRET, (_all, word?: string, space?: string, _secret?: string, auth?: string) =>
    auth === undefined ? `${word}${space}***` : `${auth}***`,
  );
}
