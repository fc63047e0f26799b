import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts, httpServer, promtool, requireServer, tempDirectory } from "@lighthouse-sd/test-servers";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { faultsOf, type Series, selectorsOf, seriesOf } from "../src/metric-selectors.js";
import { Site } from "../src/site.js";

const DOCS = fileURLToPath(new URL("../../../docs", import.meta.url));
const ALERTS = join(DOCS, "monitoring/lighthouse-alerts.yaml");
const ALERT_TESTS = join(DOCS, "monitoring/lighthouse-alerts.test.yaml");

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface AlertTest {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
}

interface Query {
  readonly expr: string;
  readonly legendFormat?: string;
}

async function alerts(): Promise<readonly Alert[]> {
  const { groups } = parse(await readFile(ALERTS, "utf8")) as { groups: { rules: Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** What the dashboard asks for: in its panels, and to fill its choices. */
async function queries(): Promise<readonly Query[]> {
  const text = await readFile(join(DOCS, "monitoring/lighthouse-dashboard.json"), "utf8");
  const { panels, templating } = JSON.parse(text) as {
    panels: { targets?: Query[] }[];
    templating: { list: { definition?: string }[] };
  };
  const choices = templating.list.flatMap(({ definition }) => {
    const [, expr, label] = /^label_values\((.*), (\w+)\)$/.exec(definition ?? "") ?? [];
    return expr === undefined ? [] : [{ expr, legendFormat: `{{${label}}}` }];
  });
  return [...panels.flatMap(({ targets = [] }) => targets), ...choices];
}

/** What a runner of both roles says that has reloaded a real HAProxy, on a host with a service. */
async function realPage(): Promise<string> {
  const ends: (() => Promise<void>)[] = [];
  const site = await Site.create({ onEnd: (end) => ends.push(end) });
  try {
    const [web = 0, shop = 0, port = 0] = await freePorts(3);
    const service = await httpServer({ name: "shop", port });
    ends.push(() => service.stop());
    await site.writeConfig("services/shop.yaml", { port, discovery: "file", checks: { tcp: {}, interval: "100ms" } });
    await site.writeCluster("shop", { port: shop });
    await site.start(["--role", "both"]);
    await site.writeCluster("web", { port: web });
    await site.writeNodes("web", []);
    await site.until("a reload", async () => (await site.balancer()).reloads > 0);
    return (await site.runner.get("/metrics")).body;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

describe.skipIf(!requireServer("promtool"))("the alerts in docs/monitoring", () => {
  it("are rules that promtool takes, and fire and stay quiet as their tests say", async () => {
    expect(await promtool(["check", "rules", ALERTS])).toContain("SUCCESS");
    expect(await promtool(["test", "rules", ALERT_TESTS])).toContain("SUCCESS");
  });

  it("have each a test in which it fires and one in which it does not, and a place in docs/operating.md", async () => {
    const { tests } = parse(await readFile(ALERT_TESTS, "utf8")) as { tests: readonly AlertTest[] };
    const cases = tests.flatMap((test) => test.alert_rule_test);
    const operating = await readFile(join(DOCS, "operating.md"), "utf8");
    const headings = [...operating.matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading);
    const names = (await alerts()).map(({ alert }) => alert);
    expect(new Set(headings.filter((heading) => heading?.startsWith("Lighthouse")))).toEqual(new Set(names));
    for (const { alert, annotations } of await alerts()) {
      const fires = cases.filter(({ alertname }) => alertname === alert).map((one) => one.exp_alerts.length > 0);
      expect([alert, new Set(fires)]).toEqual([alert, new Set([true, false])]);
      expect(annotations["runbook"]).toBe(`docs/operating.md#${alert.toLowerCase()}`);
    }
  });
});

describe.skipIf(!requireServer("promtool"))("the dashboard in docs/monitoring", () => {
  it("asks nothing that Prometheus does not understand", async () => {
    const directory = await tempDirectory();
    onTestFinished(() => directory.remove());
    const file = join(directory.path, "queries.yaml");
    const asked = (await queries()).map(({ expr }) => expr.replaceAll("$__rate_interval", "5m"));
    const rules = asked.map((expr, index) => ({ record: `query:${index}`, expr }));
    await writeFile(file, JSON.stringify({ groups: [{ name: "queries", rules }] }));
    expect(await promtool(["check", "rules", file])).toContain(`SUCCESS: ${asked.length} rules found`);
  });
});

describe.skipIf(!requireServer("haproxy") || !requireServer("promtool"))("what a real runner tells", () => {
  let page = "";
  let series: readonly Series[] = [];
  beforeAll(async () => {
    page = await realPage();
    series = seriesOf(page);
  });

  it("is in the form and with the names that Prometheus asks for", async () => {
    expect(await promtool(["check", "metrics"], page)).toBe("");
  });

  it("has every metric, label and value that an alert or the dashboard asks for, and they ask for all there is", async () => {
    const asked: readonly Query[] = [...(await alerts()), ...(await queries())];
    const faults = asked.flatMap(({ expr, legendFormat }) =>
      faultsOf(expr, legendFormat, series).map((fault) => `${fault}: ${expr}`),
    );
    expect(faults).toEqual([]);
    const used = new Set(asked.flatMap(({ expr }) => selectorsOf(expr).map(({ name }) => name)));
    const own = new Set(series.map(({ name }) => name).filter((name) => /^lighthouse_.*(?<!_sum|_count)$/.test(name)));
    expect([...own].filter((name) => !used.has(name))).toEqual([]);
  });
});
