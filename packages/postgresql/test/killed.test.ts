import { type ChildProcess, fork } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type PostgresqlServer, requireServer, waitFor } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Beside, cluster, member, ReplicationSet } from "./support/replication-set.js";

const RUNNER = fileURLToPath(new URL("./support/dying-runner.mjs", import.meta.url));
const NOBODY = member(1, "127.0.0.9", "nobody.test");
const FRAGMENT = "90-lighthouse.conf";

const LOADED = "SELECT extract(epoch FROM pg_conf_load_time()) * 1000, slot_name FROM pg_replication_slots";

/** Before which steps a runner is killed: from the first change on before all, or (some seconds long) those around which
 * files change, and some of the others. */
function killedAt(taken: readonly string[]): readonly number[] {
  const first = taken.findIndex((step) => step.startsWith("change"));
  const from = [...taken.keys()].slice(first);
  if (process.env["LIGHTHOUSE_TEST_FULL"] !== undefined) return from;
  const telling = ["change: open", "change: writeFile", "change: rename"];
  return from.filter((at) => telling.includes(taken[at] ?? "") || taken[at - 1] === "change: rename" || at % 5 === 0);
}

/** What a runner answers with at its end. */
interface Outcome {
  readonly converged: boolean;
  readonly taken: readonly string[];
}

describe.skipIf(!requireServer("postgresql"))("a runner that is killed", () => {
  let set: ReplicationSet;
  let server: PostgresqlServer;
  let pristine: string;
  const spare: ChildProcess[] = [];
  const orders = () => cluster([member(server.port), NOBODY], { synchronous: { mode: "any", allow_degrade: true } });
  const fragment = () => join(server.confDirectory, FRAGMENT);

  beforeAll(async () => {
    set = await ReplicationSet.start(0);
    server = set.server(0);
    pristine = readFileSync(server.hbaFile, "latin1");
  });
  afterAll(async () => {
    for (const child of spare) child.kill("SIGKILL");
    await set?.stop();
  });

  /** Lets a runner take so many steps and kills it; undefined: to its end. The next one starts meanwhile. */
  async function pass(killAt?: number): Promise<Outcome | "killed"> {
    const child = spare.pop() ?? fork(RUNNER);
    spare.push(fork(RUNNER));
    return await new Promise((resolve) => {
      child.on("message", (message) => {
        if (message !== "ready") resolve(message as Outcome);
      });
      child.once("exit", () => resolve("killed"));
      child.send({
        config: { server: set.settings(server), reconcile_interval: "5s" },
        clusters: [orders()],
        directory: set.directory,
        killAt,
      });
    });
  }

  /** What is in the server's configuration, but for what its parsers pass by. */
  function files(): ReadonlyMap<string, string> {
    const names = readdirSync(server.confDirectory).filter((name) => name.endsWith(".conf") && !name.startsWith("."));
    const paths = [server.hbaFile, ...names.map((name) => join(server.confDirectory, name))];
    return new Map(paths.map((path) => [path, readFileSync(path, "latin1")]));
  }

  async function loads(change: () => unknown): Promise<void> {
    const load = () => server.query("SELECT pg_conf_load_time()");
    const before = await load();
    await change();
    await server.query("SELECT pg_reload_conf()");
    await waitFor(async () => (await load()) !== before, { what: "the reload", deadlineMs: 30_000 });
  }

  /** As it was before any runner came. */
  const reset = () =>
    loads(async () => {
      writeFileSync(server.hbaFile, pristine, "latin1");
      rmSync(fragment(), { force: true });
      await server.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
    });

  test("at any moment leaves files that the server starts with, nothing else changed, and the next one goes on", {
    timeout: 240_000,
  }, async () => {
    const before = files();
    const whole = await pass();
    if (whole === "killed") throw new Error("nobody was to be killed");
    expect(whole.converged).toBe(true);
    const after = files();
    expect([...after.keys()].sort()).toEqual([server.hbaFile, fragment()].sort());
    let killed = 0;
    const restartedWith = new Set<string>();
    for (const killAt of killedAt(whole.taken)) {
      await reset();
      // How often it looks whether a reload has shown is not the same each time: the last steps may not come.
      if ((await pass(killAt)) === "killed") killed++;
      const left = files();
      for (const [path, text] of left) expect([killAt, before.get(path), after.get(path)]).toContain(text);
      const seen = JSON.stringify([...left, readdirSync(server.confDirectory).length]);
      if (!restartedWith.has(seen)) {
        restartedWith.add(seen);
        await server.kill();
        await server.start();
      }
      const next = new Beside(set, server);
      expect([killAt, await next.pass(orders())]).toMatchObject([killAt, { complete: true }]);
      expect(files()).toEqual(after);
      await next.part.stop();
      const [loaded, slot] = (await server.query(LOADED)).split("|");
      for (const path of after.keys()) expect(Number(loaded)).toBeGreaterThan(statSync(path).ctimeMs);
      expect(slot).toBe("lh_nobody_test_1");
    }
    expect(killed).toBeGreaterThan(10);
    expect(restartedWith.size).toBeGreaterThanOrEqual(4);
  });
});
