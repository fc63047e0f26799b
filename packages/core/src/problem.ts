/** One thing that is wrong with a value, and where. */
export interface Problem {
  /** Keys and indices from the value's root to the place. */
  readonly path: readonly (string | number)[];
  /** What was wanted and what was found: `must be an integer from 1 to 65535, got "80a"`. */
  readonly message: string;
  /** True: the key itself is at fault (it is unknown), not its value. */
  readonly atKey?: boolean;
}

/** A path as people read it: `frontend[2].port`. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}
