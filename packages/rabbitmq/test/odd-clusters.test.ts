import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isNodeName } from "../src/nodes/node-name.js";
import { parseFragment } from "../src/nodes/render-fragment.js";
import { messagesOf } from "./live-brokers.js";
import { clusterOf } from "./samples.js";
import { blankBesideCluster, type StandIn, saying, standIn, statusText } from "./stand-in.js";

const HOSTILE = [
  "a@b\nlisteners.tcp.default = 1",
  "a@b\r\nheartbeat = 1",
  "a@b = c",
  "a b@c",
  "-n@x",
  "--erlang-cookie=stolen@x",
  "$(touch pwned)@x",
  "a;touch pwned;@x",
  `x@${"y".repeat(300)}`,
  "rabbit@müller",
  "rabbit@\u0000x",
  "",
  "mq1",
  5,
  ["mq1@x"],
];
const LINE =
  /^(#.*|cluster_formation\.peer_discovery_backend = classic_config|cluster_formation\.classic_config\.nodes\.lh\d+ = [\w@.-]+|)$/;

/** Syncs again and again on a clock that lets discovery count as stable; gives all that was said. */
async function settle(stand: StandIn, cluster: Parameters<ReturnType<StandIn["target"]>["sync"]>[0]): Promise<string> {
  let clock = 0;
  const now = (): number => {
    clock += 100;
    return clock;
  };
  const { sync } = stand.target({ reconcile_interval: "1s" }, { now });
  const said = new Set<string>();
  for (let turn = 0; turn < 60; turn++) for (const line of messagesOf(await sync(cluster)).split("\n")) said.add(line);
  return [...said].join("\n");
}

async function changingCommands(stand: StandIn): Promise<readonly string[]> {
  const changing = /^(stop_app|start_app|join_cluster|reset|force_reset|forget_cluster_node|grow)$/;
  return (await stand.runs()).flatMap(([, word = "", ...args]) =>
    changing.test(word) ? [[word, ...args].join(" ")] : [],
  );
}

describe("names in discovery", () => {
  test("that are no Erlang nodes' never reach the fragment or a command, and are said", async () => {
    const stand = await standIn();
    await blankBesideCluster(stand);
    const said = await settle(
      stand,
      clusterOf([...HOSTILE, "mq4@x", "mq1@x"], { join: "blank", grow_quorum_queues: true }),
    );
    const text = await readFile(stand.fragment, "utf8");
    for (const line of text.split("\n")) expect(line).toMatch(LINE);
    expect(parseFragment(text)).toEqual(["mq1@x", "mq4@x"]);
    // Metadata that says nothing leaves the name to the template, which is a good one.
    expect(said.match(/ is left out: .* is no Erlang node's name/g)).toHaveLength(HOSTILE.length);
    expect(await changingCommands(stand)).toContain("join_cluster mq1@x");
    for (const run of await stand.runs()) {
      const [node, word, ...args] = run;
      expect(isNodeName(node)).toBe(true);
      expect(word).toMatch(/^[a-z_]+$/);
      for (const arg of args) expect(arg).toMatch(/^(mq[14]@x|--formatter|json|pid|-|all)$/);
    }
    expect(existsSync(join(stand.directory, "pwned"))).toBe(false);
  });

  test("that are odd but good are taken as they are, each once, this broker's own too", async () => {
    const stand = await standIn();
    await blankBesideCluster(stand);
    await settle(stand, clusterOf(["mq4@x", "mq4@x", "RABBIT@MQ9", "a_b-c@x.y.example", "mq1@x"]));
    const listed = parseFragment(await readFile(stand.fragment, "utf8"));
    expect(listed).toEqual(["RABBIT@MQ9", "a_b-c@x.y.example", "mq1@x", "mq4@x"]);
    expect(await changingCommands(stand)).toEqual([]);
  });

  test("of another cluster's node are reported by a member, which goes nowhere", async () => {
    const stand = await standIn();
    await stand.answer("cluster_status", saying(statusText(["mq2@x", "mq4@x"])));
    await stand.answer("cluster_status.mq1@x", saying(statusText(["mq1@x", "mq8@x", "mq9@x"])));
    const said = await settle(stand, clusterOf(["mq1@x", "mq2@x", "mq4@x"], { join: "blank" }));
    expect(said).toContain("in discovery, but not running in this broker's cluster: mq1@x (no member)");
    expect(await changingCommands(stand)).toEqual([]);
    expect((await stand.runs()).map(([node]) => node)).not.toContain("mq1@x");
  });

  test("of another cluster's node lead a blank broker nowhere where that cluster has no seed", async () => {
    const stand = await standIn();
    await blankBesideCluster(stand);
    const said = await settle(stand, clusterOf(["mq1@x", "mq4@x"], { join: "blank", seeds: ["mq7@x"] }));
    expect(await changingCommands(stand)).toEqual([]);
    expect(said).not.toContain("joining has failed");
  });
});

describe("a version that was not tried", () => {
  test.each([
    [
      "4.0.5",
      "the broker is RabbitMQ 4.0.5; joining and forgetting are for 3.10 to 3.12 (Mnesia), and have not been tried with Khepri",
    ],
    ["3.13.7", "the broker is RabbitMQ 3.13.7; joining and forgetting are for 3.10 to 3.12"],
  ])(
    "%s is refused in words; its fragment is written, and no command that changes it is run",
    async (version, sentence) => {
      const stand = await standIn();
      await blankBesideCluster(stand, version);
      const said = await settle(stand, clusterOf(["mq1@x", "mq4@x"], { join: "blank", grow_quorum_queues: true }));
      expect(said).toContain(sentence);
      expect(await changingCommands(stand)).toEqual([]);
      expect(parseFragment(await readFile(stand.fragment, "utf8"))).toEqual(["mq1@x", "mq4@x"]);
      const { plan } = stand.target();
      expect((await plan(clusterOf(["mq1@x", "mq4@x"], { join: "blank" }))).map(({ kind }) => kind)).toEqual([]);
    },
  );
});
