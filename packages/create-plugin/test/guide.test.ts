import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { createPlugin } from "../src/create-plugin.js";
import { KINDS } from "../src/plugin-kinds.js";

const DOCS: string = fileURLToPath(new URL("../../../docs", import.meta.url));

function blocks(guide: string, language: string): readonly string[] {
  return [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , text = ""]) => text);
}

it.each(KINDS)("what the guide to writing a %s shows is what its first command makes", async (kind) => {
  const guide = await readFile(join(DOCS, `writing-a-${kind}.md`), "utf8");
  const [command = ""] = blocks(guide, "sh").flatMap((text) => text.split("\n"));
  expect(command).toMatch(/^npm create @lighthouse-sd\/plugin /);

  const directory = await mkdtemp(join(tmpdir(), "lighthouse-guide-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const made = join(directory, "lighthouse-sd-acme");
  await createPlugin([...command.split(" ").slice(3), made]);
  const entries = await readdir(made, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const code = (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");

  const shown = blocks(guide, "ts");
  expect(shown.length).toBeGreaterThan(2);
  for (const excerpt of shown) expect(code).toContain(excerpt);
  const paths = [...guide.matchAll(/^\| `((?:src|test)\/[^`]+|package\.json)` /gm)].map(([, path = ""]) => path);
  for (const path of paths) expect(files).toContain(join(made, path));
});
