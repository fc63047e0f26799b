import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../bin/lighthouse-runner.js", import.meta.url));
const PACKAGES = fileURLToPath(new URL("../../../packages", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));

async function runner(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: "/" });
  return stdout;
}

interface Plugin {
  readonly kind: string;
  readonly name: string;
  readonly package: string;
}

/** What the packages of this repository declare. */
async function declared(): Promise<readonly Plugin[]> {
  const names = await readdir(PACKAGES);
  // A folder may be there whose package has gone.
  const read = (name: string): Promise<string> =>
    readFile(`${PACKAGES}/${name}/package.json`, "utf8").catch(() => "{}");
  const manifests = await Promise.all(names.map(read));
  return manifests.flatMap((text) => {
    const { name: from, "lighthouse-sd": offers } = JSON.parse(text) as {
      readonly name: string;
      readonly "lighthouse-sd"?: { readonly plugins: readonly Omit<Plugin, "package">[] };
    };
    return (offers?.plugins ?? []).map(({ kind, name }) => ({ kind, name, package: from }));
  });
}

test("every plugin of this repository is in it, whatever the working directory", { timeout: 60_000 }, async () => {
  const { plugins } = JSON.parse(await runner("plugins", "--json")) as { readonly plugins: readonly Plugin[] };
  const line = ({ kind, name, package: from }: Plugin): string => `${kind} ${name} of ${from}`;
  const wanted = (await declared()).map(line);
  expect(wanted).toContain("balancer haproxy of @lighthouse-sd/haproxy");
  expect(wanted.length).toBeGreaterThan(11);
  expect(plugins.map(line).sort()).toEqual(wanted.sort());
});

test.each([
  ["quickstart", "3 files, 0 errors"],
  ["lighthouse-1.0", "10 files, 0 errors, 1 notice"],
])("the example %s is valid", { timeout: 60_000 }, async (name, wanted) => {
  expect((await runner("check", `${EXAMPLES}/${name}`)).trimEnd().split("\n").at(-1)).toBe(wanted);
});

test("it says its version", { timeout: 60_000 }, async () => {
  expect(await runner("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
});
