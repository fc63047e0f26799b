/** Rows under a `#` header, read by column name: versions add columns. */
export function table(text: string, separator: string): { column(name: string): number; rows: string[][] } {
  const lines = text.split("\n");
  const header = lines.findIndex((line) => line.startsWith("# "));
  const columns = new Map((lines[header]?.slice(2).split(separator) ?? []).map((name, index) => [name, index]));
  const rows = lines.slice(header + 1).flatMap((line) => (line.trim() === "" ? [] : [line.split(separator)]));
  return { column: (name) => columns.get(name) ?? -1, rows };
}
