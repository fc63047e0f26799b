import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const KEYS = fileURLToPath(new URL("../../../tools/keys.mjs", import.meta.url));

test("docs/keys.md has every key of every file, as their schemas are", { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [KEYS, "--check"]);
  expect(stdout).toContain("docs/keys.md");
});
