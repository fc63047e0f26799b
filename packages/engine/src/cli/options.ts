/** Options that more than one command has, as commander takes them. */
export const RUNNING_STATE_DIR: readonly [string, string] = [
  "--state-dir <dir>",
  "the state directory of the running one that is meant (default: the only one there is)",
];

/** The same by its address. */
export const RUNNING_URL: readonly [string, string] = [
  "--url <url>",
  "the HTTP address of the running one that is meant",
];

/** What lets somebody in there. */
export const RUNNING_TOKEN_FILE: readonly [string, string] = [
  "--token-file <file>",
  "with --url: a file with the token that the running one asks for",
];

/** For programs. */
export const JSON_OUTPUT: readonly [string, string] = ["--json", "print JSON"];
