import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { checkSchema } from "../src/check/check-config.js";
import { clusterSchema } from "../src/config/cluster-schema.js";
import { configSchema } from "../src/config/config-schema.js";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly default?: unknown;
}

/** The rows of the first table after `title`, as cells. */
function rowsAfter(title: string): readonly (readonly string[])[] {
  const start = readme.indexOf(`\n${title}\n`);
  if (start < 0) throw new Error(`README.md has no "${title}"`);
  const lines = readme.slice(start + title.length + 2).split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const rest = lines.slice(first + 2);
  const table = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith("|")),
  );
  return table.map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
}

const schema = configSchema as Schema;

describe("the README has every key in a table, and no other", () => {
  test.each<readonly [string, Schema]>([
    ["## Keys of `balancers/<name>.yaml`", schema],
    ["`management`", schema.properties?.["management"] ?? {}],
    ["## Keys of the block in `clusters/<name>.yaml`", clusterSchema],
    ["## Keys of the check `rabbitmq`", checkSchema],
  ])("%s", (title, { properties = {} }) => {
    expect(rowsAfter(title).map(([, key]) => key)).toEqual(Object.keys(properties));
  });

  test.each<readonly [string, Schema]>([
    ["## Keys of `balancers/<name>.yaml`", schema],
    ["## Keys of the block in `clusters/<name>.yaml`", clusterSchema],
  ])("%s: with the schema's defaults", (title, { properties = {} }) => {
    for (const [, key = "", written] of rowsAfter(title)) {
      const value = properties[key]?.default;
      if (value === undefined) continue;
      const shown = Array.isArray(value) ? `[${value.join(", ")}]` : typeof value === "object" ? "{}" : String(value);
      expect(written, key).toBe(shown);
    }
  });
});
