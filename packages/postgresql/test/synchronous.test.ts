import { requireServer, waitFor } from "@lighthouse-sd/test-servers";
import { describe, expect, test } from "vitest";
import { Beside, cluster, member, ReplicationSet } from "./support/replication-set.js";

describe.skipIf(!requireServer("postgresql"))("synchronous standbys", () => {
  test("are those that stream; one that is gone leaves the list, and commits go on", { timeout: 120_000 }, async () => {
    const set = await ReplicationSet.start(2);
    const beside = set.servers.map((server) => new Beside(set, server));
    try {
      const nodes = set.servers.map(({ port }) => member(port));
      const orders = cluster(nodes, { synchronous: { mode: "any", count: 1, min_standbys: 1 } });
      const names = () => set.server(0).query("SHOW synchronous_standby_names");
      const slot = (index: number): string => `lh_db${set.server(index).port}_test_${set.server(index).port}`;
      const both = `ANY 1 (${[slot(1), slot(2)]
        .sort()
        .map((name) => `"${name}"`)
        .join(", ")})`;
      await waitFor(
        async () => {
          for (const one of beside) await one.pass(orders);
          return (await names()) === both;
        },
        { what: "both standbys to be listed", deadlineMs: 60_000, everyMs: 100 },
      );
      // The renderer's mistake: a value that the server would start with as if it were empty.
      const wrong = { ...orders.config, synchronous: { ...orders.config.synchronous, mode: "all" } };
      const refused = await beside[0]?.pass({ ...orders, config: wrong as unknown as typeof orders.config });
      expect(refused?.problems.join()).toMatch(
        /90-lighthouse\.conf: the server objects .*stands as it was, nothing was/,
      );
      expect(refused?.changes).toEqual([]);
      await beside[0]?.pass(orders);
      expect(await names()).toBe(both);
      await set.server(2).kill();
      const walSenders = () => set.server(0).query("SELECT count(*) FROM pg_stat_replication");
      await waitFor(async () => (await walSenders()) === "1", {
        what: "the killed standby to be gone",
        deadlineMs: 30_000,
      });
      await beside[0]?.pass(orders);
      expect(await names()).toBe(both);
      const first = beside[0] as Beside;
      first.now = 11_000;
      await first.pass(orders);
      expect(await names()).toBe(`ANY 1 ("${slot(1)}")`);
      await set.server(0).query("CREATE TABLE committed (n int)");
      await set.server(1).kill();
      await waitFor(async () => (await walSenders()) === "0", {
        what: "the other standby to be gone",
        deadlineMs: 30_000,
      });
      first.now = 20_000;
      expect((await first.pass(orders)).changes).toEqual([]);
      first.now = 31_000;
      const kept = await first.pass(orders);
      expect(kept.problems.join()).toMatch(
        /only 0 of the 1 standbys of min_standbys stream: synchronous_standby_names is not changed/,
      );
      const degraded = cluster(nodes, { synchronous: { mode: "any", count: 1, min_standbys: 1, allow_degrade: true } });
      expect((await first.pass(degraded)).problems.join()).toMatch(/commits wait for 0 standbys, not for 1/);
      expect(await names()).toBe("");
    } finally {
      for (const { part } of beside) await part.stop();
      await set.stop();
    }
  });
});
