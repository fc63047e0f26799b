import { join } from "node:path";
import type { Change } from "@lighthouse-sd/core";
import { fileDiff } from "@lighthouse-sd/plugin-kit";
import type { FileStep } from "./file-steps.js";

/** What a step does to its file. */
export function fileChange(directory: string, { file, upstream, wanted }: FileStep, repair = false): Change {
  const target = join(directory, file);
  const action = wanted === undefined ? `upstream ${upstream} taken away` : `upstream ${upstream} written`;
  const code = wanted === undefined ? "removed" : "members";
  return { kind: "file", target, action, code, ...(repair ? { repair } : {}) };
}

/** The same, with what it would change. */
export function plannedChange(directory: string, step: FileStep): Change {
  const path = join(directory, step.file);
  return { ...fileChange(directory, step), diff: fileDiff(path, step.standing ?? "", step.wanted ?? "") };
}

/** Why nginx loads its files. */
export function reloadChange(steps: readonly FileStep[]): Change {
  const names = steps.map(({ upstream }) => upstream);
  const action =
    names.length === 0
      ? "it has not loaded what was written before"
      : `changed: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
  return { kind: "reload", target: "nginx", action, code: names.length === 0 ? "owed" : "members" };
}
