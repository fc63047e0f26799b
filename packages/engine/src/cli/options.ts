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

/** For programs. */
export const JSON_OUTPUT: readonly [string, string] = ["--json", "print JSON"];
