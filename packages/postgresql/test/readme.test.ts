import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import PostgreSQLCheck from "../src/check/postgresql-check.js";
import { clusterSchema } from "../src/config/cluster-schema.js";
import { configSchema } from "../src/config/config-schema.js";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly default?: unknown;
}

/** The rows of the table that follows `title`: key and default. */
function rowsAfter(title: string): ReadonlyMap<string, string> {
  const start = readme.indexOf(`\n${title}\n`);
  if (start < 0) throw new Error(`README.md has no "${title}"`);
  const lines = readme.slice(start + title.length + 2).split("\n");
  const rest = lines.slice(lines.findIndex((line) => line.startsWith("|")) + 2);
  const table = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith("|")),
  );
  return new Map(table.map((line) => [/^\| `([^`]+)`/.exec(line)?.[1] ?? line, line.split("|")[2]?.trim() ?? ""]));
}

function at(schema: unknown, ...path: readonly string[]): Schema {
  return path.reduce<Schema>(
    (inner, key) => (key === "[]" ? inner.items : inner.properties?.[key]) ?? {},
    schema as Schema,
  );
}

describe("the README has every key in a table, with its default, and no other", () => {
  test.each<readonly [string, Schema]>([
    ["## Keys of `balancers/<name>.yaml`", at(configSchema)],
    ["`server`", at(configSchema, "server")],
    ["`server.connection`", at(configSchema, "server", "connection")],
    ["`clients`", at(configSchema, "clients")],
    ["## Keys of the block in `clusters/<name>.yaml`", at(clusterSchema)],
    ["`hba`", at(clusterSchema, "hba")],
    ["`slots`", at(clusterSchema, "slots")],
    ["`synchronous`", at(clusterSchema, "synchronous")],
    ["`pgbouncer`", at(clusterSchema, "pgbouncer", "[]")],
    ["## Keys of the check `postgresql`", at(PostgreSQLCheck.configSchema)],
  ])("%s", (title, schema) => {
    const rows = rowsAfter(title);
    expect([...rows.keys()].sort()).toEqual(Object.keys(schema.properties ?? {}).sort());
    for (const [key, { default: value }] of Object.entries(schema.properties ?? {})) {
      if (value !== undefined && typeof value !== "object")
        expect([key, rows.get(key)]).toEqual([key, `\`${String(value)}\``]);
    }
  });
});
