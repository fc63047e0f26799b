import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeIntent } from "../src/join/join-intent.js";
import { messagesOf } from "./live-brokers.js";
import { clusterOf } from "./samples.js";
import { blankBesideCluster, type StandIn, saying, standIn, statusText } from "./stand-in.js";

const CLUSTER = clusterOf(["mq1@x", "mq4@x"]);
const SECOND = 1000;

/** A broker that runs unless there is a file `stopped`, which commands make and remove as on a real one. */
async function stoppable(members: readonly string[] = ["mq4@x"]): Promise<StandIn> {
  const stand = await standIn();
  await blankBesideCluster(stand);
  await stand.answer("cluster_status.mq4@x", `[ -e stopped ] && exit 64\n${saying(statusText(members))}`);
  await stand.answer("stop_app", "touch stopped");
  await stand.answer("start_app", "rm -f stopped");
  return stand;
}

function intentOf({ fragment, directory }: StandIn): string {
  return join(directory, ".lighthouse", `${fragment.slice(directory.length + 1)}.join`);
}

describe("a join that was begun in an earlier life and not ended", () => {
  test("is looked after until RabbitMQ has run for two minutes: a stop may come late", async () => {
    const stand = await stoppable();
    await writeIntent(stand.fragment, { node: "mq4@x", target: "mq1@x" });
    let clock = 0;
    const { sync, plan } = stand.target({ reconcile_interval: "10s" }, { now: () => clock });
    const first = await sync(CLUSTER);
    expect(first.converged).toBe(false);
    expect(messagesOf(first)).toContain("it was left in the middle of a join; it runs, and is started again");

    await stop(stand);
    expect(await plan(CLUSTER)).toContainEqual(expect.objectContaining({ action: "start_app" }));
    clock += 100 * SECOND;
    const found = [await sync(CLUSTER), await sync(CLUSTER)];
    expect(found.flatMap(({ changes }) => changes)).toContainEqual(expect.objectContaining({ action: "start_app" }));
    expect(existsSync(join(stand.directory, "stopped"))).toBe(false);

    clock += 110 * SECOND;
    expect(messagesOf(await sync(CLUSTER))).toContain("left in the middle");
    clock += 20 * SECOND;
    expect(await sync(CLUSTER)).toMatchObject({ converged: true });
    expect(existsSync(intentOf(stand))).toBe(false);
  });

  test("is over once RabbitMQ runs as a member", async () => {
    const stand = await stoppable(["mq1@x", "mq4@x"]);
    await writeIntent(stand.fragment, { node: "mq4@x", target: "mq1@x" });
    expect(await stand.target().sync(CLUSTER)).toMatchObject({ converged: true });
    expect(existsSync(intentOf(stand))).toBe(false);
  });

  test.each([
    ["there was none", undefined],
    ["it was of another broker", "mq9@x"],
  ])("where %s, a RabbitMQ that somebody stopped is not started", async (_what, node) => {
    const stand = await stoppable();
    if (node !== undefined) await writeIntent(stand.fragment, { node, target: "mq1@x" });
    await stop(stand);
    let clock = 0;
    const { sync, plan } = stand.target(
      { reconcile_interval: "10s" },
      {
        now: () => {
          clock += 60 * SECOND;
          return clock;
        },
      },
    );
    for (let turn = 0; turn < 5; turn++) expect(messagesOf(await sync(CLUSTER))).toContain("RabbitMQ is stopped in");
    expect((await plan(CLUSTER)).filter(({ kind }) => kind === "runtime")).toEqual([]);
    expect((await stand.runs()).map(([, word]) => word)).not.toContain("start_app");
  });

  test("holds up while the broker does not answer, and says so", async () => {
    const stand = await stoppable();
    await writeIntent(stand.fragment, { node: "mq4@x", target: "mq1@x" });
    await stand.answer("cluster_status.mq4@x", "exit 69");
    const result = await stand.target().sync(CLUSTER);
    expect(messagesOf(result)).toContain("it was left in the middle of a join, and does not answer");
    expect(existsSync(intentOf(stand))).toBe(true);
  });
});

describe("a join that fails", () => {
  test.each<readonly [string, Readonly<Record<string, string>>, readonly string[], boolean]>([
    ["at its stop", { stop_app: "exit 1" }, ["stop_app", "start_app"], true],
    ["at the join itself", { join_cluster: "exit 69" }, ["stop_app", "join_cluster", "start_app"], false],
    ["at its start", { join_cluster: "", start_app: "exit 1" }, ["stop_app", "join_cluster", "start_app"], true],
    ["though every command succeeds", { join_cluster: "" }, ["stop_app", "join_cluster", "start_app"], false],
  ])(
    "%s has RabbitMQ started, and is kept in mind where that is not sure",
    async (_where, scripts, commands, isKept) => {
      const stand = await stoppable();
      for (const [word, script] of Object.entries(scripts)) await stand.answer(word, script);
      let clock = 0;
      const { sync } = stand.target(
        { reconcile_interval: "1s" },
        {
          now: () => {
            clock += 100;
            return clock;
          },
        },
      );
      const cluster = clusterOf(["mq1@x", "mq4@x"], { join: "blank" });
      const changing = async (): Promise<readonly (string | undefined)[]> =>
        (await stand.runs()).flatMap(([, word]) => (/_app|join_cluster/.test(word ?? "") ? [word] : []));
      let said = "";
      for (let turn = 0; turn < 300 && !/failed|stopped in it/.test(said); turn++)
        said = messagesOf(await sync(cluster));
      expect(said).toMatch(/joining has failed|RabbitMQ was stopped in it for a join, and may be so still/);
      expect((await changing()).slice(0, commands.length)).toEqual(commands);
      expect(existsSync(intentOf(stand))).toBe(isKept);
    },
  );
});

async function stop({ directory }: StandIn): Promise<void> {
  await writeFile(join(directory, "stopped"), "");
}
