import type { JsonSchema } from "@lighthouse-sd/core";

/** Text that cannot begin a line of its own. */
const LINE = "^\\P{Cc}+$";

/** A path, of which nothing can end a line. */
export const PATH: JsonSchema = { type: "string", pattern: LINE, expects: "a path without control characters" };

/** A user or database of PostgreSQL: it keeps no more than 63 bytes of a name, and reads one that begins with a slash as a
 * regular expression in pg_hba.conf. */
export const NAME: JsonSchema = {
  type: "string",
  pattern: "^(?!/)\\P{Cc}+$",
  maxLength: 63,
  expects: "a name of 1 to 63 characters without control characters, not beginning with a slash",
};

export const LOGIN: Readonly<Record<string, JsonSchema>> = {
  user: { ...NAME, description: "Who logs in." },
  passfile: { ...PATH, description: "A password file in libpq's format; read each time." },
  sslmode: {
    enum: ["disable", "prefer", "require", "verify-ca", "verify-full"],
    default: "prefer",
    description: "As libpq's sslmode.",
  },
  sslrootcert: { ...PATH, description: "What certificates are verified with, as PEM." },
  sslcert: { ...PATH, description: "Our own certificate, as PEM." },
  sslkey: { ...PATH, description: "Its key, as PEM." },
};

export const HOST: JsonSchema = {
  type: "string",
  pattern: "^[^\\p{Cc}, ]+$",
  expects: "an address, a host name, or the directory of a unix socket",
};
