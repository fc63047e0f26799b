import type pc from "picocolors";
import { oneLine } from "../error-text.js";

/** Colours, or none of them. */
export type Colors = ReturnType<typeof pc.createColors>;

/** One field of a table: its text, and how it is painted. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const GAP = "  ";

/** A table with aligned columns, two spaces before each line; of no rows, nothing. What registries say stays in its line. */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
  { dim }: Colors,
): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => row.map((cell) => asCell(cell)));
  const widths = header.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.text.length ?? 0)),
  );
  const line = (fields: readonly Cell[]): string => {
    const padded = fields.map(({ text, paint }, column) => {
      const rest = column === fields.length - 1 ? "" : " ".repeat((widths[column] ?? 0) - text.length);
      return `${paint === undefined ? text : paint(text)}${rest}`;
    });
    return `${GAP}${padded.join(GAP)}`;
  };
  return [line(header.map((text) => ({ text, paint: dim }))), ...cells.map(line)];
}

function asCell(cell: Cell | string): Cell {
  return typeof cell === "string" ? { text: oneLine(cell) } : { ...cell, text: oneLine(cell.text) };
}
