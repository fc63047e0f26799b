import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { requireServer, waitFor } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Beside, cluster, member, ReplicationSet } from "./support/replication-set.js";

describe.skipIf(!requireServer("postgresql"))("a primary and two standbys, a runner beside each", () => {
  let set: ReplicationSet;
  let beside: readonly Beside[];
  const orders = (): ReturnType<typeof cluster> => cluster(set.servers.slice(0, 3).map(({ port }) => member(port)));
  const passes = () => Promise.all(beside.map((one) => one.pass(orders())));
  /** Every file of the servers' configuration, by what tells one write from the next. */
  const written = () =>
    set.servers.flatMap(({ confDirectory, hbaFile }) =>
      [hbaFile, ...readdirSync(confDirectory).map((name) => join(confDirectory, name))].map((path) => {
        const { ino, ctimeNs } = statSync(path, { bigint: true });
        return [path, ino, ctimeNs] as const;
      }),
    );
  const loaded = () => Promise.all(set.servers.map((server) => server.query("SELECT pg_conf_load_time()")));
  const streams = (index: number): Promise<string> =>
    set
      .server(index)
      .query("SELECT sender_port || ' ' || slot_name FROM pg_stat_wal_receiver WHERE status = 'streaming'");

  beforeAll(async () => {
    set = await ReplicationSet.start(2);
    beside = set.servers.map((server) => new Beside(set, server));
  });
  afterAll(async () => {
    for (const { part } of beside ?? []) await part.stop();
    await set?.stop();
  });

  test("standbys come to follow the primary, each by a slot of its own", async () => {
    await passes();
    const results = await passes();
    expect(results.map(({ problems }) => problems)).toEqual([[], [], []]);
    const primary = set.server(0);
    for (const index of [1, 2]) {
      const slot = `lh_db${set.server(index).port}_test_${set.server(index).port}`;
      await waitFor(async () => (await streams(index)) === `${primary.port} ${slot}`, {
        what: `n${index + 1} to stream by its slot: ${set.server(index).output.slice(-2000)}`,
        deadlineMs: 30_000,
      });
    }
  });

  test("then nothing is written or reloaded any more, and a pass is short", async ({ annotate }) => {
    const before = [await loaded(), written()];
    const took: number[] = [];
    for (let pass = 0; pass < 10; pass++) {
      for (const one of beside) {
        const start = performance.now();
        const { changes, problems, complete } = await one.pass(orders());
        took.push(performance.now() - start);
        expect([changes, problems, complete]).toEqual([[], [], true]);
      }
    }
    expect([await loaded(), written()]).toEqual(before);
    const ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lighthouse'";
    for (const server of set.servers) {
      await waitFor(async () => (await server.query(ours)) === "0", { what: "no connection to be left" });
    }
    took.sort((a, b) => a - b);
    const [median = 0, worst = 0] = [took[took.length >> 1], took.at(-1)];
    await annotate(`a pass on healthy servers took ${median.toFixed(1)} ms (median), ${worst.toFixed(1)} ms at most`);
  });

  test("each server tells what it makes of every member", async () => {
    const { signal } = new AbortController();
    const [primary, second, third] = set.servers.map(({ port }) => `db${port}.test:${port}`);
    const told = async (index: number) => {
      const reports = (await beside[index]?.part.describe(orders(), { signal })) ?? [];
      return reports.map(({ node, state, serving, detail }) => [
        node,
        state,
        serving,
        detail?.replace(/\d+ bytes/, "n bytes"),
      ]);
    };
    const streaming = "timeline 1; streaming from this server, async, n bytes behind";
    const fromPrimary = [
      [primary, "primary", true, "this server, timeline 1; 2 receivers stream from it"],
      [second, "standby", true, streaming],
      [third, "standby", true, streaming],
    ];
    // A receiver streams a moment before its sender knows that it has caught up.
    await vi.waitFor(async () => expect(await told(0)).toEqual(fromPrimary), { timeout: 30_000, interval: 50 });
    const slot = `lh_db${set.server(1).port}_test_${set.server(1).port}`;
    const upstream = `127.0.0.1:${set.server(0).port}`;
    const fromSecond = [
      [primary, "primary", true, "timeline 1; this server streams from it"],
      [second, "standby", true, `this server, timeline 1; streams from ${upstream} by slot ${slot}`],
      [third, "standby", true, "timeline 1"],
    ];
    // Whoever asks is not made to wait for long: a slow answer is none.
    await vi.waitFor(async () => expect(await told(1)).toEqual(fromSecond), { timeout: 30_000, interval: 50 });
  });

  test("no password is in any file, change or line of the log", async () => {
    const texts = await Promise.all(
      set.servers.map((server) =>
        server.query("SELECT pg_read_file(current_setting('hba_file')) || current_setting('primary_conninfo')"),
      ),
    );
    for (const text of [...texts, ...beside.flatMap(({ log }) => log)]) expect(text).not.toMatch(/cr:et|cr\\:et/);
  });

  test("when the primary is gone and a standby promoted, the other one follows it, and loses nothing that it took", async () => {
    const [first, second, third] = [set.server(0), set.server(1), set.server(2)];
    await first.query("CREATE TABLE written (n int)");
    await waitFor(async () => (await second.query("SELECT count(*) FROM written")) === "0", {
      what: "the table on n2",
    });
    await waitFor(async () => (await third.query("SELECT count(*) FROM written")) === "0", { what: "the table on n3" });
    await first.kill();
    const waiting = await beside[2]?.pass(orders());
    expect(waiting?.changes).toEqual([]);
    expect(waiting?.problems.join()).toMatch(
      /no member answers as a primary \(127\.0\.0\.1:\d+: connect ECONNREFUSED.*keeps the upstream/,
    );
    await second.promote();
    await second.query("INSERT INTO written SELECT generate_series(1, 500)");
    const followed = await beside[2]?.pass(orders());
    expect(followed?.changes).toEqual(["file 90-lighthouse.conf", "reload follow"]);
    await waitFor(async () => (await third.query("SELECT count(*) FROM written")) === "500", {
      what: "n3 to have what n2 took",
    });
    await beside[1]?.pass(orders());
    expect(await second.query("SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'lh_%'")).toBe("2");
    await beside[2]?.pass(orders());
    const slot = `lh_db${third.port}_test_${third.port}`;
    await waitFor(async () => (await streams(2)) === `${second.port} ${slot}`, {
      what: "n3 to stream by its new slot",
    });
  });

  test("an old primary that comes back as one is not followed, and told of", async () => {
    await set.server(0).start();
    const result = await beside[2]?.pass(orders());
    expect(result?.changes).toEqual([]);
    expect(result?.problems.join()).toMatch(
      /^split brain: 127\.0\.0\.1:\d+ \(timeline \d\) and 127\.0\.0\.1:\d+ \(timeline \d\) all take writes; this standby keeps/,
    );
    expect(await streams(2)).toMatch(new RegExp(`^${set.server(1).port} `));
    const promoted = await beside[1]?.pass(orders());
    expect(promoted?.problems.join()).toMatch(/^split brain: this server \(timeline 2\) and 127/);
    await set.server(1).kill();
    const behind = await beside[2]?.pass(orders());
    expect(behind?.changes).toEqual([]);
    expect(behind?.problems.join()).toMatch(/cannot follow .*\(timeline 1\): its timeline is older than ours, 2/);
  });
});
