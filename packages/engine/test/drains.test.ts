import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Node } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import { type DrainReply, decideDrain } from "../src/drains/decide-drain.js";
import { DrainKeeper } from "../src/drains/drain-keeper.js";
import { DrainOverlay } from "../src/drains/drain-overlay.js";
import { type Drain, type Drains, withDrain } from "../src/drains/drains.js";
import type { ClusterOfRunner } from "../src/http/status.js";
import { unknownCluster, withAnswer } from "../src/membership/cluster-state.js";
import { judgementAt } from "./support/judgement.js";
import { temporaryDirectory } from "./support/membership-house.js";
import { RecordingLog } from "./support/recording-log.js";
import { goodRecord, node } from "./support/sample-nodes.js";

const AT = Date.UTC(2026, 0, 1);
const [A, B] = [node("a", "10.0.0.1"), node("b", "10.0.0.2")];

function drain({ name, ip, port }: Node): Drain {
  return { name, ip, port, since: AT };
}

describe("what an operator is told, and what becomes of the drains", () => {
  const RECORDS = [
    goodRecord("a", "10.0.0.1"),
    goodRecord("b", "10.0.0.2"),
    goodRecord("six", "2001:db8::1"),
    goodRecord("own", "10.0.0.4", 80, { metadata: { drain: true } }),
  ];
  const web = withAnswer(unknownCluster(AT), RECORDS, judgementAt(AT));
  const CLUSTERS: readonly ClusterOfRunner[] = [
    { name: "web", discovery: "file", state: web, drains: [] },
    { name: "new", discovery: "zk", state: unknownCluster(AT), drains: [] },
  ];
  const GONE = node("gone", "10.0.0.9");
  const DRAINED: Drains = new Map([
    ["web", [drain(A), drain(GONE), drain(node("own", "10.0.0.4"))]],
    ["removed", [drain(A)]],
  ]);

  function decide(cluster: string, asked: string, drained: boolean, drains: Drains) {
    const { reply, value: after } = decideDrain({ cluster, node: asked, drained }, CLUSTERS, drains, AT);
    return { reply, left: after?.get(cluster)?.map(({ name }) => name) };
  }

  test.each<[string, string, string, boolean, Drains, string, readonly string[] | undefined]>([
    [
      "a member",
      "web",
      "b:80",
      true,
      DRAINED,
      "b:80 of cluster web is drained on this host: it gets no new work",
      ["a:80", "gone:80", "own:80", "b:80"],
    ],
    ["a member by its address", "web", "10.0.0.2:80", true, new Map(), "b:80 of cluster web is drained", ["b:80"]],
    ["by an address with brackets", "web", "[2001:db8::1]:80", true, new Map(), "six:80 of cluster web is", ["six:80"]],
    ["one that is drained already", "web", "a:80", true, DRAINED, "is drained on this host already", undefined],
    [
      "back again",
      "web",
      "a:80",
      false,
      DRAINED,
      "a:80 of cluster web is no longer drained on this host",
      ["gone:80", "own:80"],
    ],
    [
      "back by its address",
      "web",
      "10.0.0.1:80",
      false,
      DRAINED,
      "a:80 of cluster web is no longer",
      ["gone:80", "own:80"],
    ],
    [
      "back: one that has left",
      "web",
      "gone:80",
      false,
      DRAINED,
      "no longer drained on this host; it is no member now",
      ["a:80", "own:80"],
    ],
    [
      "back: one whose record asks for a drain",
      "web",
      "own:80",
      false,
      DRAINED,
      "its own record asks for a drain, which stands",
      ["a:80", "gone:80"],
    ],
    [
      "back: one that is not drained",
      "web",
      "b:80",
      false,
      DRAINED,
      "b:80 of cluster web is not drained on this host",
      undefined,
    ],
    [
      "back: in a cluster that is gone",
      "removed",
      "a:80",
      false,
      DRAINED,
      "a:80 of cluster removed is no longer",
      undefined,
    ],
  ])("%s", (_name, cluster, asked, drained, drains, message, left) => {
    const { reply, left: kept } = decide(cluster, asked, drained, drains);
    expect(reply).toMatchObject({ done: true, message: expect.stringContaining(message) });
    expect(kept).toEqual(left);
  });

  test.each<[string, string, string, boolean, string]>([
    [
      "an unknown cluster",
      "wbe",
      "a:80",
      true,
      'there is no cluster "wbe"; did you mean web? There are: web, new, removed',
    ],
    ["a cluster that is gone", "removed", "a:80", true, "there is no cluster"],
    [
      "an unknown node",
      "web",
      "a:81",
      true,
      'cluster web has no node "a:81"; did you mean a:80? There are: a:80, b:80, own:80, six:80',
    ],
    ["a node far from all", "web", "completely-else", true, 'no node "completely-else"; there are: a:80'],
    ["one that has left", "web", "gone:80", true, 'cluster web has no node "gone:80"'],
    ["an unknown one to come back", "web", "gnoe:80", false, "did you mean gone:80?"],
    [
      "a cluster of which nothing is known",
      "new",
      "a:80",
      true,
      "the members of cluster new are not known yet: zk has not answered",
    ],
    ["a name with a line end", "web", "x\ny", true, 'no node "x\\ny"'],
  ])("refused: %s", (_name, cluster, asked, drained, message) => {
    const { reply, left } = decide(cluster, asked, drained, DRAINED);
    expect(reply).toEqual({ done: false, message: expect.stringContaining(message) });
    expect(left).toBeUndefined();
  });
});

describe("what balancers are shown", () => {
  test("a drained node has metadata.drain; all else is the object it was", () => {
    const overlay = new DrainOverlay();
    const nodes = [{ ...A, metadata: { weight: 5 } }, B];
    const shown = overlay.nodes("web", nodes, [drain(A)]);
    expect(shown[0]).toEqual({ ...A, metadata: { weight: 5, drain: true } });
    expect(shown[1]).toBe(B);
    expect(overlay.nodes("web", nodes, [])).toBe(nodes);
  });

  test("the same node is the same object, and the same list the same list, over changes of others", () => {
    const overlay = new DrainOverlay();
    const [nodes, drains] = [[A, B], [drain(A)]];
    const shown = overlay.nodes("web", nodes, drains);
    expect(overlay.nodes("web", nodes, drains)).toBe(shown);
    expect(overlay.nodes("web", nodes, [...drains, drain(node("gone", "10.0.0.9"))])).toBe(shown);
    const more = overlay.nodes("web", [...nodes, node("c", "10.0.0.3")], drains);
    expect(more[0]).toBe(shown[0]);
    expect(more[1]).toBe(B);
  });

  test("a list without the drained node is that list, and a node that asks for a drain itself is that node", () => {
    const overlay = new DrainOverlay();
    const nodes = [B];
    expect(overlay.nodes("web", nodes, [drain(A)])).toBe(nodes);
    const own = [{ ...A, metadata: { drain: true } }];
    expect(overlay.nodes("api", own, [drain(A)])).toBe(own);
  });

  test.each([
    ["under its name at another address", { ...A, ip: "10.0.0.7" }],
    ["at its address under another name", { ...A, name: "10.0.0.1:80" }],
  ])("one that comes back %s is still drained", (_name, back) => {
    expect(new DrainOverlay().nodes("web", [back], [drain(A)])[0]?.metadata).toEqual({ drain: true });
  });
});

describe("what is kept", () => {
  function add(keeper: DrainKeeper, which: Node): Promise<DrainReply> {
    return keeper.change((drains) => ({
      value: withDrain(drains, "web", which, AT),
      reply: { done: true, node: which.name, changed: true, message: "" },
    }));
  }

  test("drains survive a restart, whole, and for their owner alone", async () => {
    const directory = await temporaryDirectory();
    const keeper = new DrainKeeper(directory, new RecordingLog());
    await keeper.load();
    await Promise.all([add(keeper, A), add(keeper, B)]);
    const again = new DrainKeeper(directory, new RecordingLog());
    await again.load();
    expect(again.of("web")).toEqual([drain(A), drain(B)]);
    expect(again.of("api")).toEqual([]);
    expect((await stat(join(directory, "drains.json"))).mode & 0o777).toBe(0o600);
  });

  test("a drain that cannot be written does not hold, and the next one can", async () => {
    const directory = await temporaryDirectory();
    const keeper = new DrainKeeper(join(directory, "state"), new RecordingLog());
    await expect(add(keeper, A)).rejects.toThrow(/nothing was changed: it cannot be kept: .*ENOENT/);
    expect(keeper.of("web")).toEqual([]);
    await mkdir(join(directory, "state"));
    await add(keeper, B);
    expect(keeper.of("web")).toEqual([drain(B)]);
  });

  test.each([
    ["is no JSON", "{"],
    ["has another format", '{"format": 2, "clusters": {}}'],
    ["lacks an address", '{"format": 1, "clusters": {"web": [{"name": "a:80"}]}}'],
  ])("a file that %s is an error in the log and stays until something is changed", async (_name, text) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "drains.json"), text);
    const log = new RecordingLog();
    const keeper = new DrainKeeper(directory, log);
    await keeper.load();
    expect(keeper.of("web")).toEqual([]);
    expect(log.saying("drains.json cannot be used")).toHaveLength(1);
    expect(await readFile(join(directory, "drains.json"), "utf8")).toBe(text);
  });
});
