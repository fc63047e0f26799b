import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { readPemFile } from "../src/index.js";
import { temporaryDirectory } from "./temporary-directory.js";

const BLOCK = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});

test("a bundle is given as it stands, with what is said before and between", async () => {
  const path = join(directory, "bundle.pem");
  const bundle = `# of the office\n${BLOCK}# and of the lab\n${BLOCK}`;
  await writeFile(path, bundle);
  expect(await readPemFile(path)).toBe(bundle);
});

test("a bundle may be large", async () => {
  const path = join(directory, "bundle.pem");
  await writeFile(path, BLOCK.repeat(5_000));
  expect(await readPemFile(path)).toHaveLength(BLOCK.length * 5_000);
});

test.each([
  ["is not there", "nothing.pem", "ENOENT (there is no such file)"],
  ["is a directory", "folder", "EISDIR (it is a directory)"],
  ["is empty", "empty.pem", "it holds none in PEM form"],
  ["holds something else", "secret", "it holds none in PEM form"],
])("a file that %s is named, with what is wrong and nothing that it holds", async (_, name, reason) => {
  await mkdir(join(directory, "folder"));
  await writeFile(join(directory, "empty.pem"), "");
  await writeFile(join(directory, "secret"), "hunter2\n");
  const path = join(directory, name);
  await expect(readPemFile(path)).rejects.toMatchObject({
    code: "LIGHTHOUSE_FILE",
    path,
    message: `cannot read the certificate or key ${path}: ${reason}`,
  });
});
