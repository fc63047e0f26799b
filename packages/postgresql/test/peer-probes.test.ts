import { requireServer, waitFor } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Beside, cluster, member, ReplicationSet } from "./support/replication-set.js";

describe.skipIf(!requireServer("postgresql"))("a primary whose standby is looked after", () => {
  let set: ReplicationSet;
  let beside: readonly [Beside, Beside];
  const pass = (one: Beside) => one.pass(cluster(set.servers.map(({ port }) => member(port))));

  beforeAll(async () => {
    set = await ReplicationSet.start(1, ["log_connections = on"]);
    beside = [new Beside(set, set.server(0)), new Beside(set, set.server(1))];
    await pass(beside[0]);
    await pass(beside[1]);
    await pass(beside[1]);
  });
  afterAll(async () => {
    for (const { part } of beside ?? []) await part.stop();
    await set?.stop();
  });

  let marks = 0;
  /** How often the primary has been connected to over TCP, as members are asked, by its own log. */
  async function connections(): Promise<number> {
    const [primary, mark] = [set.server(0), `mark ${++marks}`];
    await primary.query(`DO $$ BEGIN RAISE LOG '${mark}'; END $$`);
    await waitFor(() => primary.output.includes(mark), { what: `${mark} in the log`, deadlineMs: 20_000 });
    return primary.output.split("connection received: host=127.0.0.1").length - 1;
  }

  test("is asked once in each pass, before and after it was known by the last one", async () => {
    const before = await connections();
    for (let done = 1; done <= 3; done++) {
      expect((await pass(beside[1])).problems).toEqual([]);
      expect(await connections()).toBe(before + done);
    }
  });

  test("is never taken for behind, however much it writes meanwhile", async () => {
    const [primary, written] = [set.server(0), new AbortController()];
    const write =
      "DO $$ BEGIN FOR i IN 1..500 LOOP PERFORM pg_logical_emit_message(false, 'test', 'x'); END LOOP; END $$";
    const writing = (async () => {
      while (!written.signal.aborted) await primary.query(write);
    })();
    try {
      for (let done = 0; done < 30; done++) expect((await pass(beside[1])).problems).toEqual([]);
    } finally {
      written.abort();
      await writing;
    }
  });

  test("is left alone while the standby does not let in, and no connection to it is left", async () => {
    set.server(1).pause();
    await expect(pass(beside[1])).rejects.toThrow("no answer within 3000 ms");
    const before = await connections();
    await expect(pass(beside[1])).rejects.toThrow("no answer within 3000 ms");
    expect(await connections()).toBe(before);
    const ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lighthouse'";
    await waitFor(async () => (await set.server(0).query(ours)) === "0", {
      what: "no connection to be left",
      deadlineMs: 20_000,
    });
    set.server(1).resume();
    expect((await pass(beside[1])).complete).toBe(true);
  });
});
