import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { clusterSchema } from "../src/config/cluster-schema.js";
import { configSchema } from "../src/config/config-schema.js";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

/** The first cells of the table that follows `title`. */
function keysAfter(title: string): readonly string[] {
  const start = readme.indexOf(`\n${title}\n`);
  if (start < 0) throw new Error(`README.md has no "${title}"`);
  const lines = readme.slice(start + title.length + 2).split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const rest = lines.slice(first + 2);
  const table = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith("|")),
  );
  return table.map((line) => /^\| `([^`]+)` +\|/.exec(line)?.[1] ?? line);
}

function schemaAt(...path: readonly string[]): Schema {
  return path.reduce<Schema>((schema, step) => {
    const next = step === "*" ? schema.additionalProperties : schema.properties?.[step];
    if (typeof next !== "object") throw new Error(`no schema at ${path.join(".")}`);
    return next;
  }, configSchema);
}

/** The keys of a mapping, and those of the entries of lists of mappings in it. */
function keysOf(schema: Schema): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, { items }]) => [
    key,
    ...Object.keys(items?.properties ?? {}).map((inner) => `${key}[].${inner}`),
  ]);
}

describe("the README has every key in a table, and no other", () => {
  test.each<readonly [string, Schema]>([
    ["## Keys of `balancers/<name>.yaml`", configSchema],
    ["`meta_clusters.<name>`", schemaAt("meta_clusters", "*")],
    ["`proxies.<name>`", schemaAt("proxies", "*")],
    ["`stats`", schemaAt("stats")],
    ["`socket`", schemaAt("socket")],
    ["`process`", schemaAt("process")],
    ["## Keys of the block in `clusters/<name>.yaml`", clusterSchema],
  ])("%s", (title, schema) => {
    expect([...keysAfter(title)].sort()).toEqual([...keysOf(schema)].sort());
  });

  test.each(Object.entries((configSchema as Schema).properties ?? {}))(
    "the default of %s is the schema's",
    (key, schema) => {
      const value = (schema as { readonly default?: unknown }).default;
      const cell = new RegExp(`^\\| \`${key}\` +\\| ([^|]*?) +\\|`, "m").exec(readme)?.[1] ?? "";
      if (typeof value !== "object" && value !== undefined) expect(cell).toBe(`\`${String(value)}\``);
      else expect(cell).not.toBe("");
    },
  );
});
