import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { requireServer } from "@lighthouse-sd/test-servers";
import { afterEach, describe, expect, test } from "vitest";
import { cluster, freePort, identity, type Live, live, node } from "./live-haproxy.js";

const running: Live[] = [];
afterEach(async () => {
  for (const harness of running.splice(0)) await harness.end();
});

async function snapshot(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).sort();
  return await Promise.all(names.map(async (name) => `${name} ${await identity(join(directory, name))}`));
}

describe.skipIf(!requireServer("haproxy"))("a plan", () => {
  test("names a start, a reload with its reason, runtime commands and the file's diff, and touches nothing", async () => {
    const harness = await live();
    running.push(harness);
    const port = await freePort();
    const [first, second] = harness.backends.map((backend) => node(backend.port));
    if (first === undefined || second === undefined) throw new Error("two backends");
    const options = { signal: AbortSignal.timeout(30_000) };
    const web = (block: object, nodes: readonly (typeof first)[]) => [cluster("web", { port, ...block }, nodes)];
    const empty = await snapshot(harness.directory);
    const start = await harness.balancer.plan(web({}, [first]), options);
    expect(start).toMatchObject([
      { kind: "file", action: "created" },
      { kind: "runtime", code: "start" },
    ]);
    expect(await snapshot(harness.directory)).toEqual(empty);

    await harness.sync(web({}, [first]));
    const before = await snapshot(harness.directory);
    const pid = await harness.pid();
    expect(await harness.balancer.plan(web({}, [first]), options)).toEqual([]);
    const added = await harness.balancer.plan(web({}, [first, second]), options);
    expect(added.map(({ kind, action }) => [kind, action.split(" ").slice(0, 2).join(" ")])).toEqual([
      ["file", "changed"],
      ["runtime", "add server"],
      ["runtime", "set server"],
    ]);
    expect(added[0]?.diff).toContain(`+    server ${second.name} 127.0.0.1:${second.port}`);
    const structural = await harness.balancer.plan(web({ backend: ["retries 2"] }, [first]), options);
    expect(structural).toMatchObject([
      { kind: "file", action: "changed" },
      { kind: "reload", action: "cluster web changed", code: "structure" },
    ]);
    const refused = harness.balancer.plan(web({ backend: ["balance nonsense"] }, [first]), options);
    expect((await refused).filter((change) => change.kind === "reload")).toEqual([]);
    expect(await snapshot(harness.directory)).toEqual(before);
    expect(await harness.pid()).toBe(pid);
  });
});
