import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TempDirectory, tempDirectory } from "@lighthouse-sd/test-servers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readOutOfRotation, writeOutOfRotation } from "../src/runtime/runtime-memory.js";

let temp: TempDirectory;
let file: string;
beforeEach(async () => {
  temp = await tempDirectory();
  file = join(temp.path, "haproxy.cfg");
});
afterEach(() => temp.remove());

const NOBODY = { joining: [], leaving: [] };

test("who is out of rotation is read back as it was written", async () => {
  const servers = { joining: ["web/a"], leaving: ["api/b:80", "web/c"] };
  await writeOutOfRotation(file, servers);
  expect(await readOutOfRotation(file)).toEqual(servers);
});

test("where nobody is, no file stands", async () => {
  await writeOutOfRotation(file, { joining: ["web/a"], leaving: [] });
  await writeOutOfRotation(file, NOBODY);
  expect(await readdir(temp.path)).toEqual([]);
  await writeOutOfRotation(file, NOBODY);
  expect(await readOutOfRotation(file)).toEqual(NOBODY);
});

test.each([
  ["empty", "", NOBODY],
  ["cut short", '{"joining":["web/a"', NOBODY],
  ["null", "null", NOBODY],
  ["a list", "[]", NOBODY],
  ["of other fields", '{"joining":5}', NOBODY],
  ["of other entries", '{"joining":["web/a",5,null],"leaving":{}}', { joining: ["web/a"], leaving: [] }],
])("a file that is %s says nothing wrong", async (_name, text, expected) => {
  await writeOutOfRotation(file, { joining: ["web/x"], leaving: [] });
  const [name = ""] = await readdir(temp.path);
  await writeFile(join(temp.path, name), text);
  expect(await readOutOfRotation(file)).toEqual(expected);
});
