const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "''",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

/** What no text of C can hold. */
const NUL = new RegExp(String.fromCharCode(0));

/** A value of postgresql.conf: `'it''s'`. */
export function quoteSetting(value: string): string {
  refuse(value, NUL, "postgresql.conf");
  return `'${value.replace(/[\\'\n\r\t\b\f]/g, (character) => ESCAPES[character] ?? character)}'`;
}

/** A value of a libpq connection string: `'it\'s'`; plain where nothing in it needs quotes. */
export function quoteConninfo(value: string): string {
  refuse(value, NUL, "a connection string");
  if (/^[A-Za-z0-9._:/-]+$/.test(value)) return value;
  return `'${value.replace(/[\\']/g, "\\$&")}'`;
}

/** A name in pg_hba.conf that means itself: `all`, `+group` and `@file` in quotes are names. */
export function quoteHba(name: string): string {
  // A backslash before the line's end would join the next line to it.
  refuse(name, /\p{Cc}|^\//u, "pg_hba.conf");
  return `"${name.replaceAll('"', '""')}"`;
}

/** An identifier in SQL and in synchronous_standby_names. */
export function quoteIdentifier(name: string): string {
  refuse(name, /\p{Cc}/u, "an identifier");
  return `"${name.replaceAll('"', '""')}"`;
}

/** The name of a database of pgbouncer, for which it has no quotes. */
export function bouncedName(name: string): string {
  refuse(name, /[^A-Za-z0-9_.-]/, "pgbouncer's list of databases");
  return name;
}

/** A value of pgbouncer's list of databases: `'it''s'`. It knows no escapes. */
export function quotePgbouncer(value: string): string {
  refuse(value, /\p{Cc}/u, "pgbouncer's configuration");
  return `'${value.replaceAll("'", "''")}'`;
}

/** A value of a service file: all up to the line's end, without spaces there. */
export function serviceValue(value: string): string {
  refuse(value, /\p{Cc}|\s$/u, "a service file");
  return value;
}

function refuse(value: string, pattern: RegExp, where: string): void {
  if (pattern.test(value)) throw new Error(`${JSON.stringify(value)} cannot be written in ${where}`);
}
