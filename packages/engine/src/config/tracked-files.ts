import type { FileProblem } from "./configuration.js";
import { type FileSlot, FOLDERS } from "./directory-layout.js";

/** How long a file must be missing until it counts as removed, in milliseconds: many programs replace a file by removing
 * it and writing it anew. */
export const REMOVAL_MS = 1000;

/** A file that was there. */
export interface TrackedFile {
  readonly at: FileSlot;
  /** When it was first missed, in the milliseconds of `Look.now`. */
  readonly missingSince?: number;
}

/** One look at the configuration directory. */
export interface Look {
  /** Milliseconds that only go forward. */
  readonly now: number;
  /** How long a missing file is still counted as there. */
  readonly graceMs: number;
  readonly present: ReadonlyMap<string, FileSlot>;
  /** Folders that are there and cannot be listed, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** A person asked to read everything anew: a folder that was emptied is meant to be empty. */
  readonly emptiedOnPurpose: boolean;
}

/** What counts as there after a look. */
export interface Tracking {
  readonly files: ReadonlyMap<string, TrackedFile>;
  readonly problems: readonly FileProblem[];
  /** When to look again though nothing has changed. */
  readonly lookAgainMs?: number;
}

/** Which files count as there: those present; those missing for less than the grace; all of a folder that cannot be
 * read, or that has lost all its files (more than one) at once, as an unmounted volume or a stray `rm` leaves it. */
export function trackFiles(before: ReadonlyMap<string, TrackedFile>, look: Look): Tracking {
  const files = new Map<string, TrackedFile>([...look.present].map(([slot, at]) => [slot, { at }]));
  const missing = [...before].filter(([slot]) => !files.has(slot));
  const problems = [...look.unreadable].map(([folder, reason]) => folderProblem(folder, `cannot be read: ${reason}`));
  const held = new Map<string, readonly TrackedFile[]>();
  let lookAgainMs = Number.POSITIVE_INFINITY;
  for (const [slot, { at, missingSince = look.now }] of missing) {
    const folder = heldFolder(at, before, look);
    const remaining = missingSince + look.graceMs - look.now;
    if (folder === undefined && remaining <= 0) continue;
    const file = { at, missingSince };
    files.set(slot, file);
    if (remaining > 0) lookAgainMs = Math.min(lookAgainMs, remaining);
    else if (folder !== undefined) held.set(folder, [...(held.get(folder) ?? []), file]);
  }
  for (const [folder, lost] of held) {
    if (!look.unreadable.has(folder) && !look.unreadable.has("")) problems.push(emptied(folder, lost.length));
  }
  return { files, problems, ...(lookAgainMs < Number.POSITIVE_INFINITY && { lookAgainMs }) };
}

/** The folder that keeps a missing file from counting as removed. */
function heldFolder(at: FileSlot, before: ReadonlyMap<string, TrackedFile>, look: Look): string | undefined {
  if (look.unreadable.has("") || look.present.size === 0) return "";
  const folder = folderOf(at);
  if (look.unreadable.has(folder)) return folder;
  if (folder === "" || look.emptiedOnPurpose) return undefined;
  const stillThere = [...look.present.values()].some((present) => folderOf(present) === folder);
  const were = [...before.values()].filter((file) => folderOf(file.at) === folder).length;
  return !stillThere && were > 1 ? folder : undefined;
}

function emptied(folder: string, files: number): FileProblem {
  const kept = `has lost all its files at once (${files}), which is taken for an accident: what was in force stays`;
  if (folder === "") return folderProblem(folder, `${kept}; stop the runner if nothing of it is wanted any more`);
  return folderProblem(folder, `${kept}; send SIGHUP to the runner if it is meant to be empty`);
}

function folderProblem(folder: string, message: string): FileProblem {
  return { file: folder === "" ? "." : `${folder}/`, message };
}

function folderOf(at: FileSlot): string {
  return FOLDERS.find((folder) => folder !== "" && at.slot.startsWith(`${folder}/`)) ?? "";
}
