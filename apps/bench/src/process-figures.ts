import { readFileSync } from "node:fs";

/** USER_HZ: the unit of times in /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU time of a process, in seconds. */
export interface ProcessTimes {
  readonly parent: number;
  readonly own: number;
  /** Of its children that have ended and that it has waited for, and theirs. */
  readonly children: number;
  /** Tells a process from a later one with the same pid. */
  readonly startedAt: string;
}

/** Of the text of /proc/<pid>/stat. The program's name, in brackets, may have spaces and brackets in it. */
export function parseProcessTimes(stat: string): ProcessTimes {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const seconds = (index: number): number => Number(fields[index]) / TICKS_PER_SECOND;
  return {
    parent: Number(fields[1]),
    own: seconds(11) + seconds(12),
    children: seconds(13) + seconds(14),
    startedAt: fields[19] ?? "",
  };
}

/** Of the text of /proc/<pid>/status. */
export function parseResidentBytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
}

/** Undefined where there is no such process. */
export function processTimes(pid: number): ProcessTimes | undefined {
  const text = read(pid, "stat");
  return text === undefined ? undefined : parseProcessTimes(text);
}

/** Zero where there is no such process. */
export function residentBytes(pid: number): number {
  return parseResidentBytes(read(pid, "status") ?? "");
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
