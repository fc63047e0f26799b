import type { FileProblem } from "./configuration.js";
import type { FileSlot } from "./directory-layout.js";
import type { SourceText } from "./draft.js";

/** What stands in a configuration directory, as far as it could be read. */
export interface Observation {
  readonly texts: readonly SourceText[];
  /** Files that are there and could not be read: the last valid version of each stands. */
  readonly unreadable: readonly FileSlot[];
  readonly problems: readonly FileProblem[];
  readonly notices: readonly FileProblem[];
}
