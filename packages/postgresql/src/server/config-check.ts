import { realpath } from "node:fs/promises";
import type { Session } from "../session.js";
import { SETTING_NAMES } from "../text/render-fragment.js";

/** What the server makes of its files as they stand now, whether it has loaded them or not. */
export interface FileVerdict {
  /** Errors, each as `file:line: what`. */
  readonly errors: readonly string[];
  /** Names that the fragment sets. */
  readonly own: readonly string[];
  /** Of those, the ones that count for nothing: somewhere after it they are set again. */
  readonly shadowed: readonly { readonly name: string; readonly by: string }[];
}

/** Reads postgresql.conf and all that it includes as the server would. */
export async function checkSettings(session: Session, fragmentPath: string): Promise<FileVerdict> {
  const rows = await session.query(
    "SELECT sourcefile, sourceline, name, applied, error FROM pg_file_settings WHERE error IS NOT NULL OR name = ANY($1)",
    [SETTING_NAMES],
  );
  const wanted = await realpath(fragmentPath).catch(() => fragmentPath);
  const files = new Map<string, string>();
  for (const file of new Set(rows.map(({ sourcefile }) => String(sourcefile)))) {
    files.set(file, await realpath(file).catch(() => file));
  }
  const isOwn = (row: Readonly<Record<string, unknown>>): boolean => files.get(String(row["sourcefile"])) === wanted;
  const own = rows.filter((row) => isOwn(row) && row["name"] !== null);
  const shadowed = own
    .filter(({ applied, error }) => applied === false && error === null)
    .map(({ name }) => ({
      name: String(name),
      by: place(rows.find((row) => row["name"] === name && row["applied"] === true)),
    }));
  return {
    errors: rows.filter(({ error }) => error !== null).map((row) => `${place(row)}: ${row["error"]}`),
    own: own.map(({ name }) => String(name)),
    shadowed,
  };
}

function place(row: Readonly<Record<string, unknown>> | undefined): string {
  return row === undefined ? "elsewhere" : `${row["sourcefile"]}:${row["sourceline"]}`;
}

/** Reads pg_hba.conf as the server would: its errors, each as `line n: what`. */
export async function checkHba(session: Session): Promise<readonly string[]> {
  const rows = await session.query("SELECT line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL");
  return rows.map(({ line_number: line, error }) => `line ${line}: ${error}`);
}
