import { existsSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type RabbitmqBroker, type RabbitmqSite, requireServer, startRabbitmqSite } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BesideBroker,
  beside,
  clusterAt,
  hastyClock,
  managementOf,
  messagesOf,
  notingCommand,
  type Reports,
  reportsBeside,
  seenBy,
  untilSays,
  untilSeen,
} from "./live-brokers.js";
import { startChild } from "./other-process.js";
import { nodeOf } from "./samples.js";

const LONG_MS = 600_000;
const HOSTILE = ["a@b\nlisteners.tcp.default = 1", "a b@c", "a@b = c", "-n@x", `x@${"y".repeat(300)}`, "rabbit@müller"];
/** Good names of nobody, and one that is there already. */
const ODD = ["RABBIT_2@Nowhere.example", "mq1@localhost"];
const OPERATORS = "heartbeat = 37\ncluster_formation.classic_config.nodes.1 = mq1@localhost\n";
const QUEUES = "every quorum queue has its majority, and lacks no replica for another reason";

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
  const managed = async (number: number): Promise<object> => ({ management: await managementOf(site, at(number)) });
  const intentOf = ({ config }: BesideBroker): string =>
    join(dirname(config.config_file), ".lighthouse/90-lighthouse.conf.join");

  test("blank brokers form one cluster by the fragments that were written before they ran", async () => {
    const cluster = clusterAt(members, { expected_size: 3, partition_handling: "ignore" });
    const nodes = [...(cluster.nodes ?? []), ...[...HOSTILE, ...ODD].map((name, index) => nodeOf(name, index))];
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
    await untilSeen(at(1), "the three to be one cluster", ({ running }) => running.length === 3);
    await Promise.all(members.map((broker) => broker.serves()));
    expect((await seenBy(at(3))).members).toEqual(names(members));
    expect(await readFile(join(at(1).confDirectory, "10-operator.conf"), "utf8")).toBe(OPERATORS);
    expect(await at(1).ctl("environment")).toMatch(/heartbeat,37/);
  });

  test.each([true, false])("a second look changes nothing, management API: %s", async (isManaged) => {
    const runner = beside(site, at(1), isManaged ? await managed(1) : {});
    const cluster = clusterAt(members);
    await runner.until([cluster], "its answer", ({ converged }) => converged);
    const before = await stat(runner.config.config_file, { bigint: true });
    const states = [
      cluster,
      clusterAt(members, {}, { nodes: null, live: false }),
      clusterAt([], {}),
      clusterAt(members, {}, { live: false }),
    ];
    for (const state of states) {
      expect(await runner.sync([state])).toMatchObject({ changes: [], converged: true });
    }
    const after = await stat(runner.config.config_file, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect((await seenBy(at(1))).running).toEqual(names(members));
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
    const file = join(site.directory, "wrong.password");
    await writeFile(file, "hunter2", { mode: 0o600 });
    const management = { ...(await managementOf(site, at(1))), password_file: file };
    const runner = beside(site, at(1), { management });
    const result = await runner.sync([clusterAt(members)]);
    expect(messagesOf(result)).toMatch(/wanted status 200, got 401: user "guest" is refused/);
    expect(JSON.stringify(result)).not.toContain("hunter2");
    await runner.target.stop();
  });

  test("a broker that hangs ends its own question, and holds up no other balancer", async () => {
    await at(5).serves();
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
      const other = beside(site, at(1), await managed(1));
      await other.until([clusterAt(members)], "the other broker to confirm", ({ converged }) => converged);
      expect(settled).toBe(false);
      stop.abort();
      await sync;
      expect(settled).toBe(true);
      await Promise.all([other.target.stop(), waiting.target.stop()]);
    } finally {
      at(5).resume();
    }
  });

  test("a plan shows the commands of a join, and runs none", async () => {
    await at(4).serves();
    const { program, notes } = await notingCommand(site, "ctl-plan");
    const runner = beside(site, at(4), { command: [program], ...(await managed(4)) });
    const planned = await runner.plan([clusterAt([at(1), at(4)], { join: "blank", grow_quorum_queues: true })]);
    expect(planned.filter(({ kind }) => kind === "runtime").map(({ action }) => action)).toEqual([
      "stop_app",
      "join_cluster mq1@localhost",
      "start_app",
      "grow mq4@localhost all",
    ]);
    expect(existsSync(runner.config.config_file)).toBe(false);
    expect(await readFile(notes, "utf8")).not.toMatch(/_app|join_cluster|grow/);
    await runner.target.stop();
  });

  test("a runner killed in the middle of a join leaves a broker that the next start brings back", async () => {
    const { program, hung } = await notingCommand(site, "ctl-hang", { hangAt: "join_cluster" });
    const child = startChild(
      site,
      at(4),
      { command: [program], ...(await managed(4)) },
      clusterAt([at(1), at(4)], { join: "blank" }),
    );
    const pid = Number(await untilSays(hung, "\n"));
    child.kill("SIGKILL");
    await child.ended;
    process.kill(pid, "SIGKILL");
    await expect(at(4).cluster()).rejects.toThrow(/requires the 'rabbit' app to be running/);
    const runner = beside(site, at(4), {}, hastyClock(20_000));
    const alone = clusterAt([at(1), at(4)]);
    expect(await runner.plan([alone])).toContainEqual(expect.objectContaining({ action: "start_app" }));
    const result = await runner.until([alone], "RabbitMQ to run again", ({ changes }) =>
      changes.some(({ action }) => action === "start_app"),
    );
    expect(result.changes).toContainEqual(expect.objectContaining({ action: "start_app", code: "start_app" }));
    await runner.until([alone], "the end of its watch", ({ converged }) => converged);
    expect(existsSync(intentOf(runner))).toBe(false);
    expect((await seenBy(at(4))).running).toEqual(["mq4@localhost"]);
    await runner.target.stop();
  });

  test("a runner ended in the middle of a join is gone soon; the next start ends the join, and the queues grow", async () => {
    await at(1).putQueue("orders", { "x-queue-type": "quorum" });
    const { program, notes, go } = await notingCommand(site, "ctl-join", { holdAt: "stop_app" });
    const cluster = clusterAt([at(1), at(4)], { join: "blank", grow_quorum_queues: true });
    const child = startChild(site, at(4), { command: [program], ...(await managed(4)) }, cluster);
    await untilSays(notes, "stop_app");
    child.kill("SIGTERM");
    await writeFile(go, "");
    expect(await child.ended).toBe(0);
    expect(await readFile(notes, "utf8")).not.toContain("join_cluster");
    const runner = beside(site, at(4), { command: [program], ...(await managed(4)) }, hastyClock(20_000));
    const done: string[] = [];
    await runner.until([cluster], "the broker to join", ({ changes, converged }) => {
      done.push(...changes.filter(({ kind }) => kind === "runtime").map(({ action }) => action));
      return converged && done.some((action) => action.startsWith("join_cluster"));
    });
    expect(done.slice(-4)).toEqual(["stop_app", "join_cluster mq1@localhost", "start_app", "grow mq4@localhost all"]);
    members = all.slice(0, 4);
    expect((await seenBy(at(1))).running).toEqual(names(members));
    expect(await at(4).ctl("list_queues", "name", "members")).toContain("mq4@localhost");
    expect(existsSync(intentOf(runner))).toBe(false);
    await writeFile(notes, "");
    for (let turn = 0; turn < 3; turn++) expect((await runner.sync([cluster])).changes).toEqual([]);
    expect(await readFile(notes, "utf8")).toBe("");
    await runner.target.stop();
  });

  // Other brokers than those of the tests beside them.
  describe.concurrent("of brokers that are alone", () => {
    test.sequential("one with a queue is not joined, and keeps it", async () => {
      await at(5).serves();
      await at(5).putQueue("precious", {});
      const runner = beside(site, at(5), await managed(5));
      const result = await runner.until([clusterAt([at(1), at(5)], { join: "blank" })], "the refusal", (found) =>
        messagesOf(found).includes("not blank"),
      );
      expect(messagesOf(result)).toContain(
        "mq5@localhost is not joined: it is not blank (1 queues), and joining destroys",
      );
      expect(result.converged).toBe(true);
      expect(await at(5).management("queues/%2f?columns=name")).toContain("precious");
      await runner.target.stop();
      await at(5).management("queues/%2f/precious", { method: "DELETE" });
    });

    test.sequential("two blank ones that see each other become one cluster: exactly one moves", async () => {
      await at(6).serves();
      const pair = [at(5), at(6)];
      const cluster = clusterAt(pair, { join: "blank" });
      const runners = await Promise.all([5, 6].map(async (number) => beside(site, at(number), await managed(number))));
      const changes = await Promise.all(
        runners.map(async (runner, index) => {
          const done: string[] = [];
          await runner.until([cluster], `${pair[index]?.name} to be in the cluster of two`, async (result) => {
            done.push(...result.changes.filter(({ kind }) => kind === "runtime").map(({ action }) => action));
            return result.converged && (await seenBy(at(5))).running.length === 2;
          });
          await runner.target.stop();
          return done;
        }),
      );
      expect(changes).toEqual([[], ["stop_app", "join_cluster mq5@localhost", "start_app"]]);
      expect((await seenBy(at(6))).running).toEqual(names(pair));
    });
  });

  describe.concurrent("of a member that is not there", () => {
    const JUDGED = /.*mq4@localhost.*must not be forgotten.*|.*make sure.*/;
    /** Of the runner beside the first broker, while discovery does not name the fourth. */
    const reports = (more: object): Promise<Reports> => reportsBeside(site, members, members.slice(0, 3), more);

    test.sequential("a dead one is reported, with the command once nothing speaks against it", async () => {
      await at(4).kill();
      const { runner, until } = await reports(await managed(1));
      const early = await until(/.*mq4@localhost does not run.*/);
      expect(early).not.toContain("forget_cluster_node");
      const late = await until(JUDGED);
      expect(late).toContain("make sure that its machine is off for good");
      expect(late).toContain(QUEUES);
      expect(late).toContain(
        `then run: ${runner.config.command[0]} -n mq1@localhost forget_cluster_node mq4@localhost`,
      );
      expect((await seenBy(at(1))).members).toEqual(names(members));
      await runner.target.stop();
    });

    test.sequential("one that hangs, and comes back cut off, is not advised to be forgotten", async () => {
      await at(4).start();
      await at(4).serves();
      await untilSeen(at(1), "the fourth to be back", ({ running }) => running.length === 4);
      const { runner, until } = await reports(await managed(1));
      at(4).pause();
      try {
        const advice = await until(JUDGED);
        expect(advice).not.toContain("forget_cluster_node");
        expect(advice).toMatch(/Not met: .*nothing of it answers on the network.* Met: /);
      } finally {
        at(4).resume();
      }
      await untilSeen(at(1), "it to be in touch again", ({ isCut, running }) => isCut || running.length === 4);
      for (let turn = 0; turn < 2; turn++) expect(await until(/[\s\S]*/)).not.toContain("forget_cluster_node");
      expect((await seenBy(at(1))).members).toEqual(names(members));
      await runner.target.stop();
    });

    test.sequential("a minority advises nothing, and says which queues have lost their majority", async () => {
      await Promise.all([at(3).kill(), at(4).kill()]);
      // By command alone.
      const { runner, until } = await reports({});
      const advice = await until(JUDGED);
      expect(advice).not.toContain("forget_cluster_node");
      const [failing] = advice.split(" Met: ");
      expect(failing).toContain("most members run");
      expect(failing).toContain(`${QUEUES} ("orders" in "/")`);
      expect((await seenBy(at(1))).members).toEqual(names(members));
      await runner.target.stop();
    });
  });
});
