import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { validate } from "dockerfile-utils";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");

const DOCKERFILE = read("../Dockerfile");
/** Instructions with continuation lines joined, comments left out. */
const INSTRUCTIONS: readonly (readonly [string, string])[] = DOCKERFILE.replaceAll(/\\\n\s*/g, "")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);

function all(keyword: string): readonly string[] {
  return INSTRUCTIONS.flatMap(([name, value]) => (name === keyword ? [value] : []));
}

test("the Dockerfile has no mistakes", () => {
  const problems = validate(DOCKERFILE).map(({ range, message }) => `${range.start.line + 1}: ${message}`);
  expect(problems).toEqual([]);
});

test("the image is built from named versions, with the pnpm of this workspace", () => {
  for (const image of all("FROM")) expect(image).toMatch(/^node:\d+-bookworm-slim( AS \w+)?$/);
  const { packageManager, engines } = JSON.parse(read("../../../package.json"));
  expect(all("RUN")[0]?.match(/pnpm@[\d.]+/g)).toEqual([packageManager, packageManager]);
  const [major] = /(?<=node:)\d+/.exec(all("FROM").at(-1) ?? "") ?? [];
  expect(Number(major)).toBeGreaterThanOrEqual(Number.parseInt(engines.node.slice(2), 10));
});

test("the image runs as no root, with something that buries processes, and tells how it is", () => {
  expect(all("USER")).toEqual(["node"]);
  expect(JSON.parse(all("ENTRYPOINT")[0] ?? "")).toEqual(["tini", "--", "lighthouse-runner"]);
  expect(all("HEALTHCHECK")[0]).toContain('CMD ["lighthouse-runner", "status", ');
  expect(all("STOPSIGNAL")).toEqual(["SIGTERM"]);
});

test("what is built on this machine, and its history, do not get into the image", () => {
  const ignored = read("../Dockerfile.dockerignore").split("\n");
  expect(ignored).toEqual(expect.arrayContaining([".git", "**/node_modules", "**/dist", "**/single-file"]));
});
