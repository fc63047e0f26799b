import { bouncedName, quotePgbouncer } from "./quote.js";

const HEADER = ";; Kept by Lighthouse: changes to this file are overwritten.";
const LINE = /^([A-Za-z0-9_.-]+) = host='([^']*)' port=(\d+) dbname=('(?:[^']|'')*')$/;

/** One database of pgbouncer, and where its connections go. */
export interface BouncedDatabase {
  readonly database: string;
  readonly dbname: string;
  /** Addresses, at least one. */
  readonly hosts: readonly string[];
  readonly port: number;
}

/** The list of databases that pgbouncer includes. */
export function renderPgbouncer(databases: readonly BouncedDatabase[]): string {
  const lines = [...databases]
    .sort((a, b) => (a.database < b.database ? -1 : 1))
    .map(({ database, dbname, hosts, port }) => {
      const host = quotePgbouncer([...hosts].sort().join(","));
      return `${bouncedName(database)} = host=${host} port=${port} dbname=${quotePgbouncer(dbname)}`;
    });
  return `${[HEADER, ...lines].join("\n")}\n`;
}

/** The databases of a file that renderPgbouncer wrote. */
export function parsePgbouncer(text: string): readonly BouncedDatabase[] {
  return text.split("\n").flatMap((line) => {
    const [, database = "", hosts = "", port = "", dbname = ""] = LINE.exec(line) ?? [];
    if (database === "") return [];
    return [
      {
        database,
        dbname: dbname.slice(1, -1).replaceAll("''", "'"),
        hosts: hosts.split(","),
        port: Number(port),
      },
    ];
  });
}
