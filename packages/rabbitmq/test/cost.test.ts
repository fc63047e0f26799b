import { expect, test } from "vitest";
import { clusterOf } from "./samples.js";
import { blankBesideCluster, httpStandIn, passwordFile, saying, standIn, statusText } from "./stand-in.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const MEMBERS = ["mq1@x", "mq2@x", "mq4@x"];
const BLOCK = { join: "blank", grow_quorum_queues: true, expected_size: 3 } as const;

/** Syncs every ten seconds for this long, on a clock of its own; `commands` is called after each with what time it is. */
async function syncFor(
  spanMs: number,
  given: { readonly sync: () => Promise<unknown>; readonly advance: (ms: number) => void },
  look: (atMs: number) => Promise<void> = async () => undefined,
): Promise<void> {
  for (let atMs = 0; atMs < spanMs; atMs += 10 * SECOND) {
    await given.sync();
    await look(atMs);
    given.advance(10 * SECOND);
  }
}

test.each([
  ["answers", saying(statusText(MEMBERS))],
  ["cannot be reached", "exit 69"],
  ["is stopped", "exit 64"],
  ["says nothing that can be read", saying("hello")],
])(
  "without the management API a broker that %s costs one command in each interval, whatever discovery does",
  async (_what, status) => {
    const stand = await standIn();
    await stand.answer("cluster_status", status);
    let clock = 0;
    const target = stand.target({ reconcile_interval: "30s" }, { now: () => clock });
    let turn = 0;
    const sync = (): Promise<unknown> =>
      target.sync(clusterOf(MEMBERS.slice(0, (turn++ % 3) + 1), BLOCK, turn % 4 > 0));
    await syncFor(
      10 * MINUTE,
      {
        sync,
        advance: (ms) => {
          clock += ms;
        },
      },
      async (atMs) => {
        expect((await stand.runs()).length).toBe(Math.floor(atMs / (30 * SECOND)) + 1);
      },
    );
    expect(new Set((await stand.runs()).map(([node, word]) => `${node} ${word}`))).toEqual(
      new Set(["mq4@x cluster_status"]),
    );
  },
);

test("with it no command is run, and two questions are asked in each interval", async () => {
  const stand = await standIn();
  let asked = 0;
  const rows = MEMBERS.map((name) => ({ name, running: true, partitions: [] }));
  const port = await httpStandIn(({ url }, response) => {
    asked++;
    response.end(JSON.stringify(url?.includes("overview") ? { node: "mq4@x", rabbitmq_version: "3.10.8" } : rows));
  });
  const management = { url: `http://127.0.0.1:${port}`, username: "u", password_file: await passwordFile(stand, "p") };
  let clock = 0;
  const target = stand.target({ management, reconcile_interval: "30s" }, { now: () => clock });
  const sync = async (): Promise<void> => expect((await target.sync(clusterOf(MEMBERS, BLOCK))).converged).toBe(true);
  await syncFor(10 * MINUTE, {
    sync,
    advance: (ms) => {
      clock += ms;
    },
  });
  expect(asked).toBe(2 * 20);
  expect(await stand.runs()).toEqual([]);
});

test("a broker that is alone, and stays so, asks others less and less often", async () => {
  const stand = await standIn();
  await blankBesideCluster(stand);
  await stand.answer("export_definitions", saying("{}"));
  let clock = 0;
  const target = stand.target({ reconcile_interval: "30s" }, { now: () => clock });
  const sync = (): Promise<unknown> => target.sync(clusterOf(["mq1@x", "mq4@x"], BLOCK));
  await syncFor(60 * MINUTE, {
    sync,
    advance: (ms) => {
      clock += ms;
    },
  });
  const others = (await stand.runs()).filter(([node, word]) => node !== "mq4@x" || word !== "cluster_status");
  // Peer, two identities, connections and contents, ten times in the hour.
  expect(others.length).toBeGreaterThan(0);
  expect(others.length).toBeLessThanOrEqual(5 * 10);
});

test("members are asked about an absent one once in ten minutes", async () => {
  const stand = await standIn();
  await stand.answer(
    "cluster_status",
    saying(statusText(["mq4@x", "mq5@x", "mq6@x"], { running: ["mq4@x", "mq5@x"] })),
  );
  let clock = 0;
  const target = stand.target({ reconcile_interval: "30s" }, { now: () => clock });
  const cluster = clusterOf(["mq4@x", "mq5@x"], { forget_after: "10m" });
  await syncFor(60 * MINUTE, {
    sync: () => target.sync(cluster),
    advance: (ms) => {
      clock += ms;
    },
  });
  const others = (await stand.runs()).filter(([node, word]) => node === "mq5@x" && word === "cluster_status");
  expect(others).toHaveLength(5);
});
