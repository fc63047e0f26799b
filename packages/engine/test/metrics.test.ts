import { describe, expect, test } from "vitest";
import type { Drain } from "../src/drains/drains.js";
import type { RunnerState } from "../src/http/status.js";
import { type ClusterState, unknownCluster, withAnswer, withLoss } from "../src/membership/cluster-state.js";
import { RunnerMetrics } from "../src/metrics/runner-metrics.js";
import { type BalancerState, newBalancerState } from "../src/sync/balancer-state.js";
import { judgementAt } from "./support/judgement.js";
import { goodRecord, node } from "./support/sample-nodes.js";
import { sampleServices } from "./support/sample-services.js";

const RECORDS = [goodRecord("a", "10.0.0.1"), goodRecord("b", "10.0.0.2"), { source: "bad", value: "x" }];
const LIVE = withAnswer(unknownCluster(0), RECORDS, judgementAt(0));
const HOLDING: ClusterState = {
  ...withLoss(LIVE, "refused", 0),
  held: [{ node: node("b", "10.0.0.2"), since: 0, at: 0, reason: "left all at once" }],
};

/** In the cluster out, the first node is drained and one that has left. */
function drainsOf(cluster: string): readonly Drain[] {
  if (cluster !== "out") return [];
  return [
    { name: "a:80", ip: "10.0.0.1", port: 80, since: 0 },
    { name: "gone:80", ip: "10.0.0.9", port: 80, since: 0 },
  ];
}

function stateOf(clusters: Readonly<Record<string, ClusterState>>, balancers: readonly string[] = ["lb"]): RunnerState {
  return {
    version: "1",
    ready: true,
    startedAt: 0,
    clusters: Object.entries(clusters).map(([name, state]) => ({
      name,
      discovery: "file",
      state,
      drains: drainsOf(name),
    })),
    balancers: new Map(balancers.map((name) => [name, newBalancerState("fake", `balancers/${name}.yaml`)])),
    services: [],
    problems: [{ file: "clusters/x.yaml", message: "wrong" }],
    notices: [],
  };
}

/** What is said of the runner and its balancers as they stand: a test of its own. */
const STANDING = /^lighthouse_(ready|build_info|balancer_)/;

/** The samples of the metrics that begin with `prefix`, sorted. */
async function samples(metrics: RunnerMetrics, state: RunnerState, prefix = "lighthouse_"): Promise<readonly string[]> {
  const { body } = await metrics.page(state);
  return body
    .split("\n")
    .filter((line) => line.startsWith(prefix) && !line.includes("_bucket"))
    .filter((line) => prefix !== "lighthouse_" || !STANDING.test(line))
    .sort();
}

describe("what metrics tell", () => {
  test("clusters and configuration as they stand", async () => {
    const state = stateOf({ web: LIVE, db: HOLDING, out: LIVE, new: unknownCluster(0) }, []);
    const lines = await samples(new RunnerMetrics(), state);
    expect(lines.filter((line) => !line.endsWith(" 0"))).toEqual([
      'lighthouse_cluster_nodes{cluster="db",state="active"} 1',
      'lighthouse_cluster_nodes{cluster="db",state="held"} 1',
      'lighthouse_cluster_nodes{cluster="out",state="active"} 1',
      'lighthouse_cluster_nodes{cluster="out",state="drained"} 1',
      'lighthouse_cluster_nodes{cluster="web",state="active"} 2',
      'lighthouse_cluster_source{cluster="db",state="lost"} 1',
      'lighthouse_cluster_source{cluster="new",state="waiting"} 1',
      'lighthouse_cluster_source{cluster="out",state="live"} 1',
      'lighthouse_cluster_source{cluster="web",state="live"} 1',
      "lighthouse_config_errors 1",
      'lighthouse_quarantined_records{cluster="db"} 1',
      'lighthouse_quarantined_records{cluster="out"} 1',
      'lighthouse_quarantined_records{cluster="web"} 1',
    ]);
    expect(lines).not.toContainEqual(expect.stringContaining('nodes{cluster="new"'));
  });

  test("what balancers do: syncs by result, reloads by code, repairs", async () => {
    const metrics = new RunnerMetrics();
    const meter = metrics.meter("lb");
    meter.synced("failed", []);
    meter.synced("converged", [
      { kind: "reload", target: "haproxy", action: "a new frontend", code: "structure" },
      { kind: "reload", target: "haproxy", action: "why not" },
      { kind: "runtime", target: "web/a", action: "address put right", code: "address", repair: true },
      { kind: "runtime", target: "web/b", action: "added", code: "add" },
    ]);
    meter.confirmed([0.002, 70]);
    expect(await samples(metrics, stateOf({}))).toEqual([
      "lighthouse_config_errors 1",
      'lighthouse_convergence_seconds_count{balancer="lb"} 2',
      'lighthouse_convergence_seconds_sum{balancer="lb"} 70.002',
      'lighthouse_drift_repairs_total{balancer="lb"} 1',
      'lighthouse_reload_total{balancer="lb",code="other"} 1',
      'lighthouse_reload_total{balancer="lb",code="structure"} 1',
      'lighthouse_sync_total{balancer="lb",result="converged"} 1',
      'lighthouse_sync_total{balancer="lb",result="failed"} 1',
      'lighthouse_sync_total{balancer="lb",result="pending"} 0',
      'lighthouse_sync_total{balancer="lb",result="unconfirmed"} 0',
    ]);
    const { body } = await metrics.page(stateOf({}));
    expect(body).toContain('lighthouse_convergence_seconds_bucket{le="0.001",balancer="lb"} 0\n');
    expect(body).toContain('lighthouse_convergence_seconds_bucket{le="60",balancer="lb"} 1\n');
  });

  test("what is removed is gone, and a balancer that comes back under its name begins at zero", async () => {
    const metrics = new RunnerMetrics();
    metrics.meter("lb").synced("converged", [{ kind: "reload", target: "x", action: "y", code: "structure" }]);
    metrics.meter("lb").confirmed([1]);
    await samples(metrics, stateOf({ web: LIVE }));
    expect(await samples(metrics, stateOf({}, []))).toEqual(["lighthouse_config_errors 1"]);
    metrics.meter("lb");
    const again = await samples(metrics, stateOf({}));
    expect(again.filter((line) => line.includes("lb") && !line.endsWith(" 0"))).toEqual([]);
  });

  test("the runner and its balancers as they stand; of a balancer that is gone nothing", async () => {
    const metrics = new RunnerMetrics();
    const of = (more: Partial<BalancerState>): BalancerState => ({ ...newBalancerState("fake", "x"), ...more });
    const balancers = new Map([
      ["fails", of({ lastError: "gone", converged: true })],
      ["new", of({})],
      ["well", of({ converged: true, problems: [{ file: "clusters/x.yaml", message: "wrong" }] })],
      ["works", of({ pending: true })],
    ]);
    const lines = await samples(metrics, { ...stateOf({}), balancers }, "lighthouse_b");
    expect(lines.filter((line) => line.endsWith(" 1"))).toEqual([
      'lighthouse_balancer_problems{balancer="well"} 1',
      'lighthouse_balancer_state{balancer="fails",state="failed"} 1',
      'lighthouse_balancer_state{balancer="new",state="unconfirmed"} 1',
      'lighthouse_balancer_state{balancer="well",state="converged"} 1',
      'lighthouse_balancer_state{balancer="works",state="pending"} 1',
      'lighthouse_build_info{version="1"} 1',
    ]);
    expect(lines.filter((line) => line.includes("balancer_"))).toHaveLength(4 * 4 + 4);
    expect(await samples(metrics, { ...stateOf({}, []), ready: false }, "lighthouse_balancer_")).toEqual([]);
    expect(await samples(metrics, { ...stateOf({}, []), ready: false }, "lighthouse_ready")).toEqual([
      "lighthouse_ready 0",
    ]);
  });

  test("series grow with clusters and balancers, never with nodes or with what a plugin makes up", async () => {
    const metrics = new RunnerMetrics();
    const sizeWith = async (nodes: number): Promise<number> => {
      const many = Array.from({ length: nodes }, (_, index) =>
        goodRecord(`n${index}`, `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`),
      );
      const web = withAnswer(unknownCluster(0), many, judgementAt(0));
      return (await samples(new RunnerMetrics(), stateOf({ web }), "")).length;
    };
    expect(await sizeWith(10_000)).toBe(await sizeWith(1));
    const codes = Array.from({ length: 500 }, (_, index) => `code${index}`);
    const changes = [...codes, 'quote"\n'].map((code) => {
      return { kind: "reload", target: "x", action: "y", code } as const;
    });
    metrics.meter("lb").synced("converged", changes);
    const reloads = await samples(metrics, stateOf({}), "lighthouse_reload_total");
    expect(reloads).toHaveLength(51);
    expect(reloads.at(-1)).toBe('lighthouse_reload_total{balancer="lb",code="other"} 451');
  });

  test("the process: memory, CPU, files", async () => {
    const lines = await samples(new RunnerMetrics(), stateOf({}), "process_");
    const value = (name: string): number => Number(lines.find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
    expect(value("process_cpu_seconds_total")).toBeGreaterThan(0);
    expect(value("process_max_fds")).toBeGreaterThan(value("process_open_fds"));
    expect(Math.abs(value("process_start_time_seconds") - Date.now() / 1000)).toBeLessThan(86_400);
  });

  test("two runners count apart", async () => {
    const [one, other] = [new RunnerMetrics(), new RunnerMetrics()];
    one.meter("lb").synced("converged", []);
    expect(await samples(other, stateOf({}), "lighthouse_sync")).toEqual([]);
  });
});

test("services: up and registered for each port, runs of checks counted; those that are gone leave no series", async () => {
  const metrics = new RunnerMetrics();
  const state = { ...stateOf({}, []), services: sampleServices(0) };
  metrics.checked("shop", "http", true);
  metrics.checked("shop", "http", true);
  metrics.checked("shop", "old", false);
  expect(await samples(metrics, state, "lighthouse_service")).toEqual([
    'lighthouse_service_registered{service="shop",port="80"} 1',
    'lighthouse_service_registered{service="shop",port="81"} 0',
    'lighthouse_service_registered{service="shop",port="82"} 0',
    'lighthouse_service_registered{service="shop",port="83"} 0',
    'lighthouse_service_up{service="shop",port="80"} 1',
    'lighthouse_service_up{service="shop",port="81"} 0',
    'lighthouse_service_up{service="shop",port="82"} 1',
    'lighthouse_service_up{service="shop",port="83"} 0',
  ]);
  expect(await samples(metrics, state, "lighthouse_checks")).toEqual([
    'lighthouse_checks_total{service="shop",check="http",result="failed"} 0',
    'lighthouse_checks_total{service="shop",check="http",result="passed"} 2',
  ]);
  const gone = { ...state, services: [] };
  expect(await samples(metrics, gone, "lighthouse_service")).toEqual([]);
  expect(await samples(metrics, gone, "lighthouse_checks")).toEqual([]);
});
