import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../bin/lighthouse-runner.js", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));

async function runner(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: "/" });
  return stdout;
}

test("every first-party plugin is in it, whatever the working directory", { timeout: 20_000 }, async () => {
  const { plugins } = JSON.parse(await runner("plugins", "--json")) as {
    plugins: { kind: string; name: string; package: string }[];
  };
  expect(plugins.map(({ kind, name, package: from }) => [kind, name, from])).toEqual([
    ["balancer", "haproxy", "@lighthouse-sd/haproxy"],
    ["balancer", "postgresql", "@lighthouse-sd/postgresql"],
    ["balancer", "rabbitmq", "@lighthouse-sd/rabbitmq"],
    ["check", "http", "@lighthouse-sd/checks"],
    ["check", "postgresql", "@lighthouse-sd/postgresql"],
    ["check", "rabbitmq", "@lighthouse-sd/rabbitmq"],
    ["check", "redis", "@lighthouse-sd/checks"],
    ["check", "tcp", "@lighthouse-sd/checks"],
    ["discovery", "dns", "@lighthouse-sd/dns"],
    ["discovery", "etcd", "@lighthouse-sd/etcd"],
    ["discovery", "file", "@lighthouse-sd/files"],
    ["discovery", "zookeeper", "@lighthouse-sd/zookeeper"],
  ]);
});

test.each([
  ["quickstart", "3 files, 0 errors"],
  ["lighthouse-1.0", "10 files, 0 errors, 1 notice"],
])("the example %s is valid", { timeout: 20_000 }, async (name, wanted) => {
  expect((await runner("check", `${EXAMPLES}/${name}`)).trimEnd().split("\n").at(-1)).toBe(wanted);
});

test("it says its version", { timeout: 20_000 }, async () => {
  expect(await runner("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
});
