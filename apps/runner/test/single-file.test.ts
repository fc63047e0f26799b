import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { tempDirectory } from "@lighthouse-sd/test-servers";
import { expect, onTestFinished, test } from "vitest";

const BUILT = fileURLToPath(new URL("../single-file/", import.meta.url));
/** Those that let a program be passed on under the Apache License 2.0, with their notices. */
const WELCOME = /^\(?(MIT|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD| AND )+\)?$/;
/** The line that esbuild writes above each file that it has put in. */
const ORIGIN = /^\/\/ .*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm;

test("the single file runs where nothing is beside it", { timeout: 120_000 }, async () => {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  const program = join(directory.path, "lighthouse-runner.mjs");
  await cp(join(BUILT, "lighthouse-runner.mjs"), program);
  const { stdout } = await promisify(execFile)(program, ["plugins", "--json"], { cwd: directory.path });
  expect((JSON.parse(stdout) as { plugins: readonly object[] }).plugins.length).toBeGreaterThan(10);
});

test("the single file has the licence of every package in it, and each is welcome", async () => {
  const [program, file] = await Promise.all(
    ["lighthouse-runner.mjs", "THIRD-PARTY-NOTICES.txt"].map((name) => readFile(join(BUILT, name), "utf8")),
  );
  const notices = (file ?? "").split(/^-{80}\n\n/m).map((notice) => {
    const [title = "", licence = "", ...text] = notice.split("\n");
    return { name: title.slice(0, title.lastIndexOf(" ")), licence, text: text.join("\n").trim() };
  });
  const packages = [...new Set([...(program ?? "").matchAll(ORIGIN)].map(([, name]) => name))].sort();
  expect(packages.length).toBeGreaterThan(30);
  expect(notices.map(({ name }) => name).sort()).toEqual(packages);
  expect(notices.filter(({ licence }) => !WELCOME.test(licence))).toEqual([]);
  expect(notices.filter(({ text }) => !/copyright/i.test(text) || text.length < 400)).toEqual([]);
  expect(program).toContain("This file contains the following packages, under these licences.");
  for (const { text } of notices) expect(program).toContain(text.slice(-300).replaceAll("*/", "* /"));
});
