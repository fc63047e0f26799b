import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type DiscoveryRecord, RECORD_LIMIT } from "@lighthouse-sd/core";
import { type FileVersion, fileVersion, readSettledFile } from "@lighthouse-sd/plugin-kit";
import { listRecords } from "./list-records.js";
import { isJsonDocument, parseList } from "./parse-list.js";
import { describeTextProblem, TextProblem } from "./text-problem.js";

/** Largest list, in bytes. */
const JSON_LIMIT = 64 * 1024 * 1024;
/** YAML takes its parser a hundred times as long, and nothing else runs meanwhile. */
const YAML_LIMIT = 4 * 1024 * 1024;
/** Largest file of one node, in bytes: a record's characters may have up to four bytes each. */
const NODE_LIMIT = 4 * RECORD_LIMIT + 1024;
const GIVE_UP_MS = 10_000;

/** One file as it was read last. The same object as last time: the file has not changed. */
export interface KnownFile {
  readonly version: FileVersion;
  /** Of the last content that could be used. */
  readonly records: readonly DiscoveryRecord[];
  /** Why the content that stands there now cannot be used. */
  readonly problem: string | undefined;
}

/** Where the files are. */
export interface FileRoot {
  /** Absolute path. */
  readonly directory: string;
  /** How it is called in messages and sources: as its operator wrote it. */
  readonly shown: string;
}

/** The list in `file` (relative to the root); undefined where there is none. Rejects where that cannot be told. */
export function readListFile(
  root: FileRoot,
  file: string,
  known: KnownFile | undefined,
  signal: AbortSignal,
): Promise<KnownFile | undefined> {
  const shown = join(root.shown, file);
  return readChanged(join(root.directory, file), known, async (path, version) => {
    try {
      const read = await readSettledFile(path, {
        signal,
        known: known?.version,
        ...manner(file),
        maxBytes: listLimit(file),
      });
      return { version: read.version, ...useList(shown, read.text, known) };
    } catch (error) {
      if (codeOf(error) === "LIGHTHOUSE_NOT_A_FILE" && (await stat(path)).isDirectory()) return undefined;
      if (!isOfContent(error)) throw error;
      return {
        version,
        records: known?.records ?? [],
        problem: `${(error as Error).message}${adviceFor(file, error)}`,
      };
    }
  });
}

function listLimit(file: string): number {
  return file.endsWith(".json") ? JSON_LIMIT : YAML_LIMIT;
}

function adviceFor(file: string, error: unknown): string {
  const tooLarge = codeOf(error) === "LIGHTHOUSE_FILE_TOO_LARGE" && !file.endsWith(".json");
  return tooLarge ? `; a list in JSON may have ${JSON_LIMIT}` : "";
}

function useList(shown: string, text: string, known: KnownFile | undefined): Omit<KnownFile, "version"> {
  const records = known?.records ?? [];
  try {
    return { records: listRecords(shown, parseList(shown, text), records), problem: undefined };
  } catch (error) {
    if (!(error instanceof TextProblem)) throw error;
    return { records, problem: describeTextProblem(shown, text, error) };
  }
}

/** The node in `file` (relative to the root); undefined where there is none. Rejects where that cannot be told. Content
 * that cannot be a record is given as one all the same, with what is wrong with it: it is refused alone, where all records
 * are checked, and no other node suffers. */
export function readNodeFile(
  root: FileRoot,
  file: string,
  known: KnownFile | undefined,
  signal: AbortSignal,
): Promise<KnownFile | undefined> {
  return readChanged(join(root.directory, file), known, async (path, version) => {
    try {
      const read = await readSettledFile(path, {
        signal,
        known: known?.version,
        ...manner(file),
        maxBytes: NODE_LIMIT,
      });
      return { version: read.version, ...oneRecord({ source: join(root.shown, file), value: read.text }, known) };
    } catch (error) {
      if (!isOfContent(error)) throw error;
      return { version, ...oneRecord(unreadRecord(join(root.shown, file), error), known) };
    }
  });
}

function oneRecord(record: DiscoveryRecord, known: KnownFile | undefined): Omit<KnownFile, "version"> {
  const before = known?.records[0];
  const isSame = before !== undefined && before.value === record.value && before.problem === record.problem;
  return { records: isSame ? [before] : [record], problem: undefined };
}

function unreadRecord(source: string, error: unknown): DiscoveryRecord {
  const isTooLarge = codeOf(error) === "LIGHTHOUSE_FILE_TOO_LARGE";
  const limit = `the limit of one node is ${RECORD_LIMIT} characters`;
  const problem = isTooLarge ? `the file has more than ${NODE_LIMIT} bytes; ${limit}` : (error as Error).message;
  return { source, value: null, problem };
}

function manner(file: string): { giveUpMs: number; isWhole?: (text: string) => boolean } {
  return file.endsWith(".json") ? { giveUpMs: GIVE_UP_MS, isWhole: isJsonDocument } : { giveUpMs: GIVE_UP_MS };
}

async function readChanged(
  path: string,
  known: KnownFile | undefined,
  read: (path: string, version: FileVersion) => Promise<KnownFile | undefined>,
): Promise<KnownFile | undefined> {
  try {
    const version = await fileVersion(path);
    return version.key === known?.version.key ? known : await read(path, version);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether an error of the file system says that there is nothing at a path. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR";
}

function isOfContent(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === "LIGHTHOUSE_FILE_TOO_LARGE" || code === "LIGHTHOUSE_FILE_NOT_UTF8" || code === "LIGHTHOUSE_NOT_A_FILE"
  );
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
