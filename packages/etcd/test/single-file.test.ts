import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serializeNode } from "@lighthouse-sd/core";
import { requireServer, startEtcd, tempDirectory } from "@lighthouse-sd/test-servers";
import { build } from "tsup";
import { expect, onTestFinished, test } from "vitest";
import { node } from "./discovering.js";

const SOURCE = fileURLToPath(new URL("../src/index.ts", import.meta.url));

/** Watches until the first answer, and prints it. */
const PROGRAM = `
import EtcdDiscovery from "./index.mjs";
const discovery = new EtcdDiscovery({ name: "etcd", directory: "/" });
discovery.applyConfig(EtcdDiscovery.validateConfig({ hosts: [process.argv[2]] }));
const end = new AbortController();
const records = (list) => { console.log(JSON.stringify(list)); end.abort(); };
await discovery.watch("web", null, { records, lost: (error) => console.log(error.message) }, { signal: end.signal });
`;

test.skipIf(!requireServer("etcd"))("it works as one file, without any package beside it", async () => {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  const etcd = await startEtcd();
  onTestFinished(() => etcd.stop());
  await etcd.gateway.put("/lighthouse/web/app1:8001", serializeNode(node(8001)));
  await build({
    entry: [SOURCE],
    outDir: directory.path,
    format: "esm",
    outExtension: () => ({ js: ".mjs" }),
    noExternal: [/.*/],
    splitting: false,
    config: false,
    silent: true,
  });
  await writeFile(join(directory.path, "program.mjs"), PROGRAM);
  const run = promisify(execFile)(process.execPath, ["program.mjs", etcd.hosts[0] ?? ""], {
    cwd: directory.path,
    timeout: 30_000,
  });
  expect(JSON.parse((await run).stdout)).toEqual([
    { source: "/lighthouse/web/app1:8001", value: serializeNode(node(8001)) },
  ]);
});
