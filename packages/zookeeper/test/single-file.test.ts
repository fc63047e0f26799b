import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { requireServer, tempDirectory } from "@lighthouse-sd/test-servers";
import { build } from "tsup";
import { describe, expect, it, onTestFinished } from "vitest";
import { oneServer } from "./support/one-server.js";

const SOURCE = fileURLToPath(new URL("../src/index.ts", import.meta.url));

/** Registers a node, watches until it is seen, and withdraws it. */
const PROGRAM = `
import ZooKeeperDiscovery from "./index.mjs";
const log = { debug() {}, info() {}, warn() {}, error: console.log };
const discovery = new ZooKeeperDiscovery({ name: "zookeeper", directory: "/", log });
discovery.applyConfig(ZooKeeperDiscovery.validateConfig({ hosts: [process.argv[2]], path: "/lighthouse" }));
const end = new AbortController();
const records = (list) => { if (list.length > 0) { console.log(list[0].source); end.abort(); } };
const lost = (error) => console.log(error.message);
const node = { name: "app1:1", host: "app1", ip: "10.0.0.5", port: 1, peer: null, metadata: {} };
await Promise.all([
  discovery.watch("web", null, { records, lost }, { signal: end.signal }),
  discovery.report("web", node, { keep: false, registered() {}, lost }, { signal: end.signal }),
]);
await discovery.stop();
`;

describe.skipIf(!requireServer("zookeeper"))("bundled", () => {
  const server = oneServer();

  it("it works as one file, without any package beside it", async () => {
    const directory = await tempDirectory();
    onTestFinished(() => directory.remove());
    const root = await server.newRoot();
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
    const args = ["program.mjs", `${server.ensemble.hosts[0]}${root}`];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory.path, timeout: 30_000 });
    expect(stdout).toBe(`${root}/lighthouse/web/app1:1\n`);
    expect(await server.client.children(`${root}/lighthouse/web`)).toEqual([]);
  });
});
