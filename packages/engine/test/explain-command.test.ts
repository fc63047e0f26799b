import { eventually } from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";
import { runEvents } from "../src/cli/events-command.js";
import { runExplain } from "../src/cli/explain-command.js";
import { systemClock } from "../src/clock.js";
import { openLog } from "../src/logging/log-output.js";
import { CALL_TIMES } from "../src/plugin-calls.js";
import { Runner } from "../src/runner.js";
import { fakeBalancer } from "./support/fake-balancer.js";
import { fakeDiscovery } from "./support/fake-discovery.js";
import { FixedConfiguration } from "./support/fixed-configuration.js";
import { temporaryDirectory } from "./support/membership-house.js";
import { goodRecord } from "./support/sample-nodes.js";
import { balancerSettings, clusterSettings, configuration, discoverySettings } from "./support/settings.js";

const [A, B, C] = [goodRecord("a", "10.0.0.1"), goodRecord("b", "10.0.0.2"), goodRecord("c", "10.0.0.3")];

/** A running one with the clusters web (a, b, c) and wbx, whose file is broken. */
async function running() {
  const [discovery, balancer, directory] = [fakeDiscovery(), fakeBalancer(), await temporaryDirectory()];
  balancer.onDescribe = ({ nodes }) => {
    return nodes?.map(({ name }) => ({ node: name, state: name === "b:80" ? "DOWN" : "UP", serving: name !== "b:80" }));
  };
  const source = new FixedConfiguration(
    configuration({
      balancers: [balancerSettings("lb", balancer.plugin)],
      discoveries: [discoverySettings("source", discovery.plugin)],
      clusters: [clusterSettings("web")],
    }),
  );
  source.problems = [{ file: "clusters/wbx.yaml", line: 3, column: 1, message: "lb.port: must be a port" }];
  const runner = new Runner({
    directory: "/etc/lighthouse",
    stateDirectory: directory,
    role: "writer",
    configuration: source,
    log: openLog({ level: "error", format: "pretty" }, { color: false, shortTime: false }, () => undefined),
    logging: {},
    http: undefined,
    version: "1.2.3",
    clock: systemClock,
    times: CALL_TIMES,
    random: Math.random,
  });
  onTestFinished(() => runner.stop());
  await runner.start();
  await eventually(() => expect(discovery.watches).toHaveLength(1));
  discovery.answer("web", [A, B, C]);
  await eventually(() => expect(runner.state().balancers.get("lb")?.converged).toBe(true));
  const explain = async (cluster: string, node?: string, json = false): Promise<string> => {
    let printed = "";
    const out = (text: string): void => {
      printed += text;
    };
    const options = { cluster, node, json, color: false, runner: { stateDir: directory }, env: {}, out };
    expect(await runExplain(options)).toBe(0);
    return printed;
  };
  return { discovery, runner, explain, directory };
}

describe("lighthouse-runner explain", () => {
  test("tells of nodes in rotation, out at the target, drained by hand, and gone: with the times of a running one", async () => {
    const { explain, runner, discovery } = await running();
    expect(await explain("web", "a:80")).toMatch(/^a:80 of cluster web is in rotation\n/);
    expect(await explain("web", "10.0.0.2:80")).toMatch(
      /^b:80 of cluster web is not in rotation everywhere: the target of lb gives it no new work: DOWN\n/,
    );
    await runner.drain({ cluster: "web", node: "a:80", drained: true });
    expect(await explain("web", "a:80")).toMatch(/not in rotation everywhere: it is drained on this host by hand/);
    await runner.drain({ cluster: "web", node: "a:80", drained: false });
    discovery.answer("web", [A, B]);
    await eventually(async () =>
      expect(await explain("web", "c:80")).toMatch(/^c:80 of cluster web is not in rotation: /),
    );
    const { steps } = JSON.parse(await explain("web", "c:80", true));
    const [membership] = steps.filter(({ stage }: { stage: string }) => stage === "membership");
    expect(membership).toMatchObject({ ok: false, sentence: expect.stringContaining("c:80 left; it has 2 nodes now") });
    expect(Math.abs(Date.parse(membership.at) - Date.now())).toBeLessThan(3_600_000);
  });

  test("tells of a cluster, and of one that there is not, with the error of its file", async () => {
    const { explain } = await running();
    expect(await explain("web")).toMatch(
      /^cluster web needs a look: the target of lb gives work to 2 of 3 nodes, and not to: b:80 \(DOWN\)\n/,
    );
    await expect(explain("wbx")).rejects.toThrow(
      'there is no cluster "wbx"; there are: web; clusters/wbx.yaml:3 lb.port: must be a port',
    );
    await expect(explain("web", "d:80")).rejects.toThrow("in cluster web nothing is known of a node");
  });

  test("what operators and members did is in the journal, errors of files too", async () => {
    const { runner, directory } = await running();
    await runner.drain({ cluster: "web", node: "a:80", drained: true });
    const out: string[] = [];
    const style = { color: false, shortTime: false };
    const { signal } = new AbortController();
    const typed = { stateDir: directory, json: true };
    await runEvents({ typed, env: {}, style, out: (text) => out.push(text), news: () => undefined, signal });
    const events = out.map((line) => JSON.parse(line));
    expect(events.map(({ kind }) => kind)).toEqual(["config", "runner", "members", "operator"]);
    expect(events.at(-1)).toMatchObject({ cluster: "web", nodes: { drained: ["a:80"] } });
  });
});
