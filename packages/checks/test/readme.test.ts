import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { HttpCheck, RedisCheck, TcpCheck } from "../src/index.js";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

function keysOf(schema: unknown): readonly string[] {
  return Object.keys((schema as { readonly properties: object }).properties).sort();
}

/** The first cells of the table below a heading. */
function keysAfter(heading: string): readonly string[] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, key = ""]) => key).sort();
}

const { tls } = (HttpCheck.configSchema as { readonly properties: Readonly<Record<string, unknown>> }).properties;

test.each<readonly [string, unknown]>([
  ["Keys of `http`", HttpCheck.configSchema],
  ["Keys of `tcp`", TcpCheck.configSchema],
  ["Keys of `redis`", RedisCheck.configSchema],
  ["Keys of `tls`", tls],
])("the README has every key in a table, and no other: %s", (heading, schema) => {
  expect(keysAfter(heading)).toEqual(keysOf(schema));
});
