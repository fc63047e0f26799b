import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSecretFile } from "../src/index.js";
import { temporaryDirectory } from "./temporary-directory.js";

describe("readSecretFile", () => {
  it.each([
    ["as it stands", "s3cret", "s3cret"],
    ["without the line end of an editor", "s3cret\n", "s3cret"],
    ["without the line end of an editor on Windows", "s3cret\r\n", "s3cret"],
    ["with all but the last line end", "line\nline\n\n", "line\nline\n"],
    ["with its spaces", " s3 cret ", " s3 cret "],
    ["beyond ASCII", "grüße\n", "grüße"],
  ])("reads the secret %s", async (_case, content, secret) => {
    const path = join(await temporaryDirectory(), "password");
    await writeFile(path, content);
    expect(await readSecretFile(path)).toBe(secret);
  });

  it.each([
    ["is empty", Buffer.from("\n"), "it is empty"],
    ["is too large", Buffer.alloc(65_537, "a"), "it is larger than 64 KiB"],
    ["is not text", Buffer.from([0x73, 0xff, 0xfe]), "it is not UTF-8 text"],
  ])("refuses a file that %s, without showing it", async (_case, content, reason) => {
    const path = join(await temporaryDirectory(), "password");
    await writeFile(path, content);
    await expect(readSecretFile(path)).rejects.toMatchObject({
      code: "LIGHTHOUSE_FILE",
      path,
      message: `cannot read the secret file ${path}: ${reason}`,
    });
  });

  it("names a missing file and a directory", async () => {
    const directory = await temporaryDirectory();
    await expect(readSecretFile(join(directory, "none"))).rejects.toThrow(/ENOENT \(there is no such file\)/);
    await mkdir(join(directory, "d"));
    await expect(readSecretFile(join(directory, "d"))).rejects.toThrow(/EISDIR \(it is a directory\)/);
  });
});
