import { inspect } from "node:util";
import type { Logger } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import { clusterOf } from "./samples.js";
import {
  blankBesideCluster,
  httpStandIn,
  passwordFile,
  type StandIn,
  saying,
  standIn,
  statusText,
} from "./stand-in.js";

const PASSWORD = "planted-password-4711";
const COOKIE = "planted-cookie-digest==";
const VARIABLE = "planted-variable-0815";
const SECRETS = [PASSWORD, Buffer.from(`lighthouse:${PASSWORD}`).toString("base64"), COOKIE, VARIABLE];
const CLUSTER = clusterOf(["mq1@x", "mq4@x", "mq5@x"], {
  join: "blank",
  grow_quorum_queues: true,
  forget_after: "10m",
});

/** A logger that keeps whatever it is told. */
function keepingLog(said: unknown[]): Logger {
  const keep = (...words: unknown[]): void => void said.push(...words);
  return { debug: keep, info: keep, warn: keep, error: keep };
}

/** All that a person could see of some time beside a broker: results, plans, what is said of nodes, logs, errors. */
async function everythingSaid(stand: StandIn, more: object): Promise<string> {
  const said: unknown[] = [];
  let clock = 0;
  const log = keepingLog(said);
  const environment = { PLANTED: VARIABLE };
  const { target, sync, plan } = stand.target(
    { reconcile_interval: "1m", environment, ...more },
    { now: () => clock, log },
  );
  for (let turn = 0; turn < 16; turn++, clock += 60_000) {
    said.push(await sync(CLUSTER).catch((error: unknown) => error));
    said.push(target.describe(CLUSTER));
  }
  said.push(await plan(CLUSTER).catch((error: unknown) => error));
  return inspect(said, { depth: 20, maxStringLength: null, maxArrayLength: null });
}

function expectNoSecret(text: string): void {
  for (const secret of SECRETS) expect(text).not.toContain(secret);
}

const LOUD = `echo "$PLANTED ${COOKIE}"; echo "$PLANTED ${COOKIE}" >&2`;

describe("no secret is shown by a command that", () => {
  test.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ["fails", { cluster_status: `${LOUD}; exit 1` }, "exit 1"],
    ["does not reach the broker", { cluster_status: `${LOUD}; exit 69` }, "another Erlang cookie"],
    ["finds RabbitMQ stopped", { cluster_status: `${LOUD}; exit 64` }, "RabbitMQ is stopped"],
    ["prints what cannot be read", { cluster_status: LOUD }, "cannot be read"],
    ["is killed", { cluster_status: `${LOUD}; kill -9 $$` }, "ended by SIGKILL"],
    ["prints too much", { cluster_status: `${LOUD}; head -c 9000000 /dev/zero` }, "printed more than"],
    ["stops RabbitMQ in vain", { stop_app: `${LOUD}; exit 1` }, "stop_app: exit 1"],
    ["joins in vain", { join_cluster: `${LOUD}; exit 69` }, "join_cluster mq1@x"],
    ["exports definitions", { export_definitions: LOUD }, "its definitions cannot be read"],
    ["lists connections", { list_connections: LOUD }, "its connections cannot be read"],
    ["tells an identity", { list_global_parameters: LOUD }, "does not say its cluster's identity"],
  ])("%s", async (_what, scripts, reason) => {
    const stand = await standIn();
    await blankBesideCluster(stand);
    for (const [word, script] of Object.entries(scripts)) {
      for (const name of [word, `${word}.mq1@x`, `${word}.mq4@x`]) await stand.answer(name, script);
    }
    const said = await everythingSaid(stand, {});
    // What is looked at is the case that is meant.
    expect(said).toContain(reason);
    expectNoSecret(said);
  });

  test("checks quorum queues for an absent member", async () => {
    const stand = await standIn();
    await stand.answer("cluster_status", saying(statusText(["mq4@x", "mq9@x"], { running: ["mq4@x"] })));
    await stand.answer("check_if_node_is_quorum_critical", `${LOUD}; exit 69`);
    const said = await everythingSaid(stand, { self: "mq4@x" });
    expectNoSecret(said);
  });
});

describe("no secret is shown by a management API that", () => {
  test.each<readonly [string, number, string]>([
    ["refuses the password", 401, 'user "lighthouse" is refused'],
    ["fails", 500, "wanted status 200, got 500"],
    ["answers with its request", 200, "wanted JSON, got something else"],
  ])("%s", async (_what, status, reason) => {
    const stand = await standIn();
    const port = await httpStandIn(({ headers }, response) => {
      response.writeHead(status).end(`${PASSWORD} ${COOKIE} ${headers.authorization}`);
    });
    const file = await passwordFile(stand, PASSWORD);
    const management = { url: `http://127.0.0.1:${port}`, username: "lighthouse", password_file: file };
    const said = await everythingSaid(stand, { management });
    expect(said).toContain(reason);
    expectNoSecret(said);
  });

  test.each<readonly [string, string, string]>([
    ["is not there", "http://127.0.0.1:1", "ECONNREFUSED"],
    ["is of another broker", "", "the management API is that of mq9@x"],
  ])("%s", async (_what, url, reason) => {
    const stand = await standIn();
    const rows = [{ name: "mq9@x", running: true, partitions: [] }];
    const port = await httpStandIn(({ url: asked, headers }, response) => {
      const overview = { node: "mq9@x", rabbitmq_version: headers.authorization };
      response.end(JSON.stringify(asked?.includes("overview") ? overview : rows));
    });
    const file = await passwordFile(stand, PASSWORD);
    const own = { url: url === "" ? `http://127.0.0.1:${port}` : url, username: "lighthouse", password_file: file };
    const said = await everythingSaid(stand, { management: own });
    expect(said).toContain(reason);
    expectNoSecret(said);
  });
});
