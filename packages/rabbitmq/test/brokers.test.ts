import { existsSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type RabbitmqBroker,
  type RabbitmqSite,
  requireServer,
  startRabbitmqSite,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beside, clusterAt, managementOf, messagesOf, notingCommand } from "./live-brokers.js";
import { startChild } from "./other-process.js";
import { nodeOf } from "./samples.js";

const LONG_MS = 600_000;
const HOUR = 3_600_000;
const HOSTILE = ["a@b\nlisteners.tcp.default = 1", "a b@c", "a@b = c", "-n@x", `x@${"y".repeat(300)}`, "rabbit@müller"];
const OPERATORS = "heartbeat = 37\ncluster_formation.classic_config.nodes.1 = mq1@localhost\n";

// The tests go on where the one before has ended: three brokers, and others that come to them.
describe.skipIf(!requireServer("rabbitmq"))("beside real brokers", { timeout: LONG_MS }, () => {
  let site: RabbitmqSite;
  let all: RabbitmqBroker[];
  /** The members of the cluster so far. */
  let members: RabbitmqBroker[];

  beforeAll(async () => {
    // A broker that hangs counts as gone soon.
    site = await startRabbitmqSite({ netTickSeconds: 8 });
    all = await Promise.all(["mq1", "mq2", "mq3", "mq4", "mq5", "mq6"].map((name) => site.broker(name)));
    members = all.slice(0, 3);
  }, LONG_MS);
  afterAll(() => site.stop(), LONG_MS);

  const at = (number: number): RabbitmqBroker => all[number - 1] as RabbitmqBroker;
  const names = (brokers: readonly RabbitmqBroker[]): readonly string[] => brokers.map(({ name }) => name).sort();

  test("blank brokers form one cluster by the fragments that were written before they ran", async () => {
    const cluster = clusterAt(members, { expected_size: 3, partition_handling: "autoheal" });
    const nodes = [...(cluster.nodes ?? []), ...HOSTILE.map((name, index) => nodeOf(name, index))];
    for (const broker of members) {
      await broker.prepare();
      await writeFile(join(broker.confDirectory, "10-operator.conf"), OPERATORS);
      const runner = beside(site, broker);
      const result = await runner.sync([{ ...cluster, nodes }]);
      expect(result.changes).toEqual([{ kind: "file", target: runner.config.config_file, action: "written" }]);
      expect(result.converged).toBe(false);
      expect(messagesOf(result)).toContain(`nothing is known of ${broker.name}`);
      await runner.target.stop();
    }
    await Promise.all(all.map((broker) => broker.start()));
    await Promise.all(all.map((broker) => broker.serves()));
    await waitFor(async () => (await at(1).cluster()).running.length === 3, {
      what: "the three to be one cluster",
      deadlineMs: LONG_MS,
    });
    expect((await at(3).cluster()).members).toEqual(names(members));
    expect(await readFile(join(at(1).confDirectory, "10-operator.conf"), "utf8")).toBe(OPERATORS);
    expect(await at(1).ctl("environment")).toMatch(/heartbeat,37/);
  });

  test.each([true, false])("a second look changes nothing, management API: %s", async (isManaged) => {
    const more = isManaged ? { management: await managementOf(site, at(1)) } : {};
    const runner = beside(site, at(1), more);
    const cluster = clusterAt(members);
    await runner.until([cluster], "the broker to confirm", ({ converged }) => converged);
    const before = await stat(runner.config.config_file, { bigint: true });
    const states = [
      cluster,
      clusterAt(members, {}, { nodes: null, live: false }),
      clusterAt([], {}),
      clusterAt(members, {}, { live: false }),
    ];
    for (const state of states) {
      const result = await runner.sync([state]);
      expect(result.changes).toEqual([]);
      expect(result.converged).toBe(true);
    }
    const after = await stat(runner.config.config_file, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect((await at(1).cluster()).running).toEqual(names(members));
    await runner.target.stop();
  });

  test("a broker with another cookie is unknown, and no digest of the cookie is shown", async () => {
    const home = join(site.directory, "other-home");
    await mkdir(home);
    await writeFile(join(home, ".erlang.cookie"), "another", { mode: 0o400 });
    const runner = beside(site, at(1), { environment: { ...site.environment, HOME: home } });
    const result = await runner.sync([clusterAt(members)]);
    expect(result.converged).toBe(false);
    expect(messagesOf(result)).toContain("has another Erlang cookie");
    expect(messagesOf(result)).not.toMatch(/hash|==/);
    await runner.target.stop();
  });

  test("a wrong password is said without the password", async () => {
    const management = await managementOf(site, at(1));
    const file = join(site.directory, "wrong.password");
    await writeFile(file, "hunter2", { mode: 0o600 });
    const runner = beside(site, at(1), { management: { ...management, password_file: file } });
    const result = await runner.sync([clusterAt(members)]);
    expect(messagesOf(result)).toMatch(/wanted status 200, got 401: user "guest" is refused/);
    expect(JSON.stringify(result)).not.toContain("hunter2");
    await runner.target.stop();
  });

  test("a broker that hangs ends its own question, and holds up no other balancer", async () => {
    at(5).pause();
    try {
      const hung = beside(site, at(5), { command_timeout: "1s" });
      const result = await hung.sync([clusterAt([at(5)])]);
      expect(messagesOf(result)).toMatch(/did not end within 1000 ms and was killed/);
      await hung.target.stop();
      const waiting = beside(site, at(5));
      const stop = new AbortController();
      let settled = false;
      const sync = waiting.target.sync([clusterAt([at(5)])], { signal: stop.signal }).catch(() => {
        settled = true;
      });
      const other = beside(site, at(1), { management: await managementOf(site, at(1)) });
      await other.until([clusterAt(members)], "the other broker to confirm", ({ converged }) => converged);
      expect(settled).toBe(false);
      stop.abort();
      await sync;
      expect(settled).toBe(true);
      await Promise.all([other.target.stop(), waiting.target.stop()]);
    } finally {
      at(5).resume();
    }
    await waitFor(() => at(5).cluster(), { what: "the broker to answer again", deadlineMs: LONG_MS });
  });

  test("a plan shows the commands of a join and runs none; then the blank broker joins, and the queues grow", async () => {
    await at(1).putQueue("orders", { "x-queue-type": "quorum" });
    const { program, notes } = await notingCommand(site, "ctl-join");
    const runner = beside(site, at(4), { command: [program] });
    const cluster = clusterAt([...members, at(4)], { join: "blank", grow_quorum_queues: true });
    const planned = await runner.plan([cluster]);
    const commands = ["stop_app", expect.stringMatching(/^join_cluster mq[123]@localhost$/), "start_app"];
    expect(planned.filter(({ kind }) => kind === "runtime").map(({ action }) => action)).toEqual([
      ...commands,
      "grow mq4@localhost all",
    ]);
    expect(existsSync(runner.config.config_file)).toBe(false);
    expect(await readFile(notes, "utf8")).not.toMatch(/_app|join_cluster/);
    const done: string[] = [];
    await runner.until([cluster], "the broker to join", ({ changes, converged }) => {
      done.push(...changes.filter(({ kind }) => kind === "runtime").map(({ action }) => action));
      return converged && done.length > 0;
    });
    expect(done).toEqual([...commands, "grow mq4@localhost all"]);
    members = all.slice(0, 4);
    expect((await at(1).cluster()).running).toEqual(names(members));
    expect(await at(4).ctl("list_queues", "name", "members")).toContain("mq4@localhost");
    await writeFile(notes, "");
    expect((await runner.sync([cluster])).changes).toEqual([]);
    expect(await readFile(notes, "utf8")).not.toMatch(/_app|join_cluster/);
    expect(existsSync(join(dirname(runner.config.config_file), ".lighthouse/90-lighthouse.conf.join"))).toBe(false);
    await runner.target.stop();
  });

  test("a runner killed in the middle of a join leaves a broker that the next start brings back", async () => {
    const { program, hung } = await notingCommand(site, "ctl-hang", "join_cluster");
    const cluster = clusterAt([...members, at(5)], { join: "blank" });
    const child = startChild(site, at(5), program, cluster);
    const pid = await waitFor(async () => Number(await readFile(hung, "utf8")) || false, {
      what: "the join to hang",
      deadlineMs: LONG_MS,
    });
    child.kill("SIGKILL");
    await child.ended;
    process.kill(pid, "SIGKILL");
    await expect(at(5).cluster()).rejects.toThrow(/requires the 'rabbit' app to be running/);
    const runner = beside(site, at(5));
    const alone = clusterAt([...members, at(5)], { join: "never" });
    expect(await runner.plan([alone])).toContainEqual(expect.objectContaining({ action: "start_app" }));
    const result = await runner.until([alone], "RabbitMQ to run again", ({ changes }) =>
      changes.some(({ action }) => action === "start_app"),
    );
    expect(result.changes).toContainEqual(expect.objectContaining({ action: "start_app", code: "start_app" }));
    expect((await at(5).cluster()).running).toEqual(["mq5@localhost"]);
    expect(existsSync(join(dirname(runner.config.config_file), ".lighthouse/90-lighthouse.conf.join"))).toBe(false);
    await runner.target.stop();
  });

  test("a broker with a queue is not joined, and keeps it", async () => {
    await at(5).putQueue("precious", {});
    const runner = beside(site, at(5));
    const cluster = clusterAt([...members, at(5)], { join: "blank" });
    const result = await runner.until([cluster], "the refusal", (found) => messagesOf(found).includes("not blank"));
    expect(messagesOf(result)).toContain(
      "mq5@localhost is not joined: it is not blank (1 queues), and joining destroys",
    );
    expect(result.converged).toBe(true);
    expect(await at(5).ctl("list_queues", "name")).toContain("precious");
    expect((await at(5).cluster()).members).toEqual(["mq5@localhost"]);
    await runner.target.stop();
    await at(5).management("queues/%2f/precious", { method: "DELETE" });
  });

  test("of two blank brokers that are alone and see each other exactly one moves", async () => {
    const pair = [at(5), at(6)];
    const cluster = clusterAt(pair, { join: "blank" });
    const runners = pair.map((broker) => beside(site, broker));
    const changes = await Promise.all(
      runners.map(async (runner, index) => {
        const done: string[] = [];
        await runner.until([cluster], `${pair[index]?.name} to be in the cluster of two`, async (result) => {
          done.push(...result.changes.filter(({ kind }) => kind === "runtime").map(({ action }) => action));
          return result.converged && (await at(5).cluster()).running.length === 2;
        });
        await runner.target.stop();
        return done;
      }),
    );
    expect(changes).toEqual([[], ["stop_app", "join_cluster mq5@localhost", "start_app"]]);
    expect((await at(6).cluster()).running).toEqual(names(pair));
  });

  test("a dead member is reported, with the command once nothing speaks against it; a minority advises nothing", async () => {
    let hours = 0;
    const more = { management: await managementOf(site, at(1)), reconcile_interval: "1h" };
    const runner = beside(site, at(1), more, () => hours * HOUR);
    const block = { expected_size: 4 } as const;
    const command = "forget_cluster_node mq4@localhost";
    await runner.until([clusterAt(members, block)], "the broker to confirm", ({ converged }) => converged);
    await at(4).kill();
    const three = clusterAt(members.slice(0, 3), block);
    const report = async (): Promise<string> => {
      hours++;
      return messagesOf(await runner.sync([three]));
    };
    const early = await waitFor(async () => (await report()).match(/.*mq4@localhost does not run.*/)?.[0], {
      what: "the report",
      deadlineMs: LONG_MS,
    });
    expect(early).not.toContain("forget_cluster_node");
    for (let hour = 0; hour < 7; hour++) await report();
    const late = await waitFor(async () => (await report()).match(/.*must not be forgotten.*|.*make sure.*/)?.[0], {
      what: "the guards",
      deadlineMs: LONG_MS,
    });
    expect(late).toContain(`make sure that its machine is off for good, then run: ${runner.config.command[0]}`);
    expect(late).toContain(command);
    await at(3).kill();
    const minority = await waitFor(async () => (await report()).match(/.*must not be forgotten.*/)?.[0], {
      what: "the guards of a minority",
      deadlineMs: LONG_MS,
    });
    expect(minority).toContain("most members run");
    expect(minority).not.toContain("forget_cluster_node");
    expect((await at(1).cluster()).members).toEqual(names(members));
    await runner.target.stop();
    for (const broker of [at(3), at(4)]) {
      await broker.start();
      await broker.serves();
    }
  });

  test("a member that hangs, and comes back, is not advised to be forgotten", async () => {
    let hours = 0;
    const more = { management: await managementOf(site, at(1)), reconcile_interval: "1h", command_timeout: "40s" };
    const runner = beside(site, at(1), more, () => hours * HOUR);
    await runner.until([clusterAt(members)], "the broker to confirm", ({ converged }) => converged);
    at(4).pause();
    try {
      const report = async (): Promise<string> => {
        hours++;
        return messagesOf(await runner.sync([clusterAt(members.slice(0, 3))]));
      };
      const advice = await waitFor(async () => (await report()).match(/.*must not be forgotten.*|.*make sure.*/)?.[0], {
        what: "the guards",
        deadlineMs: LONG_MS,
      });
      expect(advice).toContain("nothing of it answers on the network");
      expect(advice).not.toContain("forget_cluster_node");
    } finally {
      at(4).resume();
    }
    expect((await at(1).cluster()).members).toEqual(names(members));
    await runner.target.stop();
  });
});
