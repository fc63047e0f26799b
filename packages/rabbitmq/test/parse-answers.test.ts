import { describe, expect, test } from "vitest";
import { parseClusterStatus, parseManagement } from "../src/broker/parse-cluster-status.js";
import { parseCritical, parseReplicas, readCritical } from "../src/broker/quorum-queues.js";
import { statusText } from "./stand-in.js";

describe("rabbitmqctl cluster_status", () => {
  test("says who is a member, who runs, and which version was asked", () => {
    const text = `Some notice\n${statusText(["mq2@x", "mq1@x"], { running: ["mq2@x"] })}`;
    expect(parseClusterStatus(text, "mq2@x")).toEqual({
      members: ["mq1@x", "mq2@x"],
      running: ["mq2@x"],
      partitioned: [],
      alarms: [],
      version: "3.10.8",
    });
  });

  test("tells both sides of a partition, and alarms", () => {
    const status = {
      ...(JSON.parse(statusText(["mq1@x", "mq2@x", "mq3@x"])) as object),
      partitions: { "mq3@x": ["mq1@x"], "mq2@x": [] },
      alarms: [{ node: "mq1@x", resource: "memory", type: "resource_limit" }, { node: "bad name", type: "\n" }, 5],
    };
    expect(parseClusterStatus(JSON.stringify(status), "mq1@x")).toMatchObject({
      partitioned: ["mq1@x", "mq3@x"],
      alarms: ["mq1@x: memory", "a member: an alarm", "a member: an alarm"],
    });
  });

  test.each([
    ["nothing", ""],
    ["half of it", statusText(["mq1@x"]).slice(0, 40)],
    ["another form", "[]"],
    ["another broker's", statusText(["mq2@x"])],
    ["members that are no list", statusText(["mq1@x"]).replace('["mq1@x"]', '"mq1@x"')],
  ])("that is %s is no answer", (_what, text) => {
    expect(parseClusterStatus(text, "mq1@x")).toBeUndefined();
  });
});

describe("the management API", () => {
  const overview = { node: "mq1@x", rabbitmq_version: "3.10.8" };
  const rows = ["mq1@x", "mq2@x", "mq3@x"].map((name) => ({
    name,
    running: true,
    partitions: [] as readonly string[],
  }));

  test.each<readonly [string, readonly object[], object]>([
    ["a healthy cluster", rows, { running: ["mq1@x", "mq2@x", "mq3@x"], partitioned: [], alarms: [] }],
    [
      "a partition that only a row of another node tells",
      [...rows.slice(0, 2), { name: "mq3@x", running: false, partitions: ["mq1@x", "mq2@x"] }],
      { running: ["mq1@x", "mq2@x"], partitioned: ["mq1@x", "mq2@x", "mq3@x"] },
    ],
    [
      "partitions of another form than a list",
      [...rows.slice(0, 2), { name: "mq3@x", running: true, partitions: "some" }],
      { partitioned: ["mq3@x"] },
    ],
    [
      "alarms",
      [
        { ...rows[0], mem_alarm: true },
        { ...rows[1], disk_free_alarm: true },
      ],
      { alarms: ["mq1@x: memory", "mq2@x: disk"] },
    ],
    ["a row that says nothing", [...rows.slice(0, 2), { name: "mq3@x" }], { running: ["mq1@x", "mq2@x"] }],
    [
      "a row without a usable name",
      [...rows, { name: "a@b\nc", running: true }],
      { members: ["mq1@x", "mq2@x", "mq3@x"] },
    ],
  ])("tells %s", (_what, found, expected) => {
    expect(parseManagement(found, overview)).toMatchObject({ node: "mq1@x", view: { version: "3.10.8", ...expected } });
  });

  test.each<readonly [string, unknown, unknown]>([
    ["no rows", {}, overview],
    ["no row of its own", rows.slice(1), overview],
    ["no name of its own", rows, {}],
    ["nothing", null, null],
  ])("with %s is no answer", (_what, found, about) => {
    expect(parseManagement(found, about)).toBeUndefined();
  });
});

describe("the check of quorum queues", () => {
  const queue = { name: "qq", readable_name: "queue 'qq' in vhost '/'", type: "quorum", virtual_host: "/" };
  const failed = JSON.stringify({ message: "Node mq1@localhost reported …", queues: [queue], result: "error" });
  const end = { code: 69, signal: null, stdout: "", stderr: "" };

  test("names queues where it fails, and none where it passes", () => {
    expect(readCritical({ ...end, stderr: failed })).toEqual([{ name: "qq", virtualHost: "/" }]);
    expect(readCritical({ ...end, code: 0, stdout: '{"result":"ok"}' })).toEqual([]);
    expect(parseCritical(JSON.stringify({ status: "failed", reason: "…", queues: [queue] }))).toHaveLength(1);
  });

  test.each([
    ["a broker that cannot be reached", { stderr: '{"error":"…","result":"error"}' }],
    ["a broker that cannot be reached, in words", { stderr: "Error: unable to perform an operation on node" }],
    ["another exit", { code: 70, stderr: failed }],
    ["a signal", { code: null, signal: "SIGKILL" as const }],
    ["a queue without a name", { stderr: JSON.stringify({ queues: [{ virtual_host: "/" }] }) }],
    ["a queue that is none", { stderr: JSON.stringify({ queues: [null] }) }],
  ])("has not been made by %s", (_what, more) => {
    expect(readCritical({ ...end, ...more })).toBeUndefined();
  });
});

describe("rabbitmqctl list_queues", () => {
  test("says where the replicas of quorum queues are, and which run", () => {
    const rows = [
      { name: "classic", members: "", online: "" },
      { name: "qq", members: ["mq1@x", "mq2@x"], online: ["mq1@x"] },
      { name: "odd", members: ["a b"], online: [] },
      null,
    ];
    expect(parseReplicas(JSON.stringify(rows))).toEqual(
      new Map([["qq", { members: ["mq1@x", "mq2@x"], online: ["mq1@x"] }]]),
    );
  });

  test.each(["", "{}", '[{"name":"qq"'])("%j is no answer", (text) => {
    expect(parseReplicas(text)).toBeUndefined();
  });
});
