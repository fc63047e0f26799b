import { describe, expect, it } from "vitest";
import { figure, renderTable } from "../src/render-table.js";
import { renderResult, renderSoak } from "../src/result-tables.js";
import type { BenchResult, ColumnResult } from "../src/results.js";

const MACHINE = { cpu: "Some CPU", cores: 2, memoryBytes: 8 * 2 ** 30, kernel: "6.1", node: "20.19.0", haproxy: "2.6" };

function column(factor: number): ColumnResult {
  return {
    addMs: [10 * factor, 30 * factor, 11 * factor],
    removeMs: [4 * factor],
    burstMs: [100 * factor],
    cpu: { changes: 100, controllerSeconds: 0.3 * factor, haproxySeconds: 0.2 * factor, elapsedSeconds: 2 * factor },
    memory: { controllerBytes: 60 * 2 ** 20, haproxyBytes: 12 * 2 ** 20 },
    longLived: { changes: 20, opened: 50, stillOpen: factor > 1 ? 10 : 50, oldProcesses: factor > 1 ? 3 : 0 },
    failedRequests: 0,
    requests: 5_000,
  };
}

function result(...nodes: readonly number[]): BenchResult {
  const columns = { lighthouse: column(1), "reload-always": column(20), floor: column(0.5) };
  const sizes = nodes.map((count) => ({ nodes: count, burst: 500, columns }));
  const registries = {
    file: { startMs: [40, 10, 30], failedRequests: 0, requests: 400 },
    zookeeper: { startMs: [20, 22], failedRequests: 1, requests: 350 },
  };
  return { name: "n", startedAt: "2020-01-01T00:00:00Z", elapsedSeconds: 300, machine: MACHINE, sizes, registries };
}

/** The cells of the row that begins with `name`. */
function row(text: string, name: string): readonly string[] {
  const line = text.split("\n").find((candidate) => candidate.startsWith(name));
  return (line ?? "").slice(name.length).trim().split(/ {3,}/);
}

describe("a table", () => {
  it("puts names to the left, figures to the right, and nothing behind them", () => {
    const text = renderTable({ head: ["what", "ms"], rows: [["a", "1.00"], ["longer"]] });
    expect(text).toBe("what       ms\n------   ----\na        1.00\nlonger");
  });

  it.each([
    [undefined, "-"],
    [0, "0"],
    [0.123, "0.12"],
    [9.99, "9.99"],
    [9.996, "10.0"],
    [12.34, "12.3"],
    [123.4, "123"],
    [12_345.6, "12,346"],
  ])("shows %s as %s", (value, expected) => expect(figure(value)).toBe(expected));
});

describe("a run", () => {
  const text = renderResult(result(10, 1_000));

  it("names the machine", () => {
    expect(text.split("\n")[0]).toBe("Some CPU, 2 cores, 8.00 GiB, Linux 6.1, Node.js 20.19.0, HAProxy 2.6");
  });

  it("has median and worst of each column, and the ratios of the same run", () => {
    expect(row(text, "(a) one added: first answer, ms")).toEqual([
      "11.0 (30.0)",
      "220 (600)",
      "5.50 (15.0)",
      "2.00",
      "20.0",
    ]);
    expect(row(text, "(d) CPU seconds for 1,000 changes")).toEqual(["5.00", "100", "2.50", "2.00", "20.0"]);
  });

  it("counts what was cut and what lingers, without ratios", () => {
    expect(row(text, "(f) old HAProxy processes")).toEqual(["0", "3.00", "0"]);
    expect(row(text, "    long-lived connections cut")).toEqual(["0", "40.0", "0"]);
  });

  it("says how an addition grows from the smallest size to the largest, where there are two", () => {
    expect(row(text, "(a) at 1,000 nodes / at 10")).toEqual(["1.00", "1.00", "1.00"]);
    expect(renderResult(result(10))).not.toContain("growth");
  });

  it("has median and worst of a service that comes up with each registry, and a dash for one that is not installed", () => {
    const table = text.slice(text.indexOf("a service comes up"));
    expect(row(table, "a service comes up: median (worst)")).toEqual(["file", "etcd", "zookeeper"]);
    expect(row(table, "(g) its check passes: first answer, ms")).toEqual(["30.0 (40.0)", "-", "21.0 (22.0)"]);
    expect(row(table, "    measured so often")).toEqual(["3.00", "-", "2.00"]);
    expect(row(table, "    requests that failed")).toEqual(["0", "-", "1.00"]);
  });

  it("shows nothing of sizes, or of registries, where none were measured", () => {
    expect(renderResult(result())).not.toContain("nodes present");
    expect(renderResult({ ...result(10), registries: {} })).not.toContain("a service comes up");
  });
});

it("a soak shows memory beside that after ten thousand changes", () => {
  const mark = (changes: number, mib: number) => ({
    changes,
    heapBytes: (mib / 2) * 2 ** 20,
    controllerBytes: mib * 2 ** 20,
    haproxyBytes: 20 * 2 ** 20,
    elapsedSeconds: changes / 100,
  });
  const marks = [mark(1_000, 80), mark(10_000, 100), mark(100_000, 105)];
  const text = renderSoak({ name: "n", startedAt: "", machine: MACHINE, nodes: 1_000, marks });
  expect(row(text, "1,000  ")).toEqual(["40.0", "0.80", "80.0", "0.80", "20.0", "1.00", "10.0"]);
  expect(row(text, "100,000")).toEqual(["52.5", "1.05", "105", "1.05", "20.0", "1.00", "1,000"]);
});
