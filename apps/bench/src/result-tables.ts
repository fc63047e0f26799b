import { figure, renderTable } from "./render-table.js";
import {
  type BenchResult,
  COLUMNS,
  type ColumnResult,
  REGISTRIES,
  type RegistryResult,
  type SizeResult,
  type SoakResult,
} from "./results.js";
import { perThousand, ratio, summarise } from "./statistics.js";

/** A run as text: one table for each size, how one change grows from the smallest to the largest, and the registries. */
export function renderResult(result: BenchResult): string {
  const { machine, sizes, registries } = result;
  const where = `${machine.cpu}, ${machine.cores} cores, ${figure(machine.memoryBytes / 2 ** 30)} GiB, Linux ${machine.kernel}, Node.js ${machine.node}, HAProxy ${machine.haproxy}`;
  const parts = [where, ...sizes.map(renderSize), renderGrowth(sizes), renderRegistries(registries)];
  return parts.filter((part) => part !== "").join("\n\n");
}

interface Measure {
  readonly name: string;
  readonly of: (column: ColumnResult) => { readonly value: number | undefined; readonly worst?: number | undefined };
  /** Its ratios say something. */
  readonly compared: boolean;
}

const MIB = 2 ** 20;

function measures(burst: number): readonly Measure[] {
  const times = (of: (column: ColumnResult) => readonly number[]): Measure["of"] => {
    return (column) => {
      const summary = summarise(of(column));
      return { value: summary?.median, worst: summary?.worst };
    };
  };
  const single = (name: string, of: (column: ColumnResult) => number | undefined, compared = true): Measure => ({
    name,
    of: (column) => ({ value: of(column) }),
    compared,
  });
  return [
    { name: "(a) one added: first answer, ms", of: times(({ addMs }) => addMs), compared: true },
    { name: "(b) one removed: last request, ms", of: times(({ removeMs }) => removeMs), compared: true },
    { name: `(c) ${burst} added: all running, ms`, of: times(({ burstMs }) => burstMs), compared: true },
    single("(d) CPU seconds for 1,000 changes", ({ cpu }) =>
      perThousand(cpu.controllerSeconds + cpu.haproxySeconds, cpu.changes),
    ),
    single("    of which HAProxy", ({ cpu }) => perThousand(cpu.haproxySeconds, cpu.changes), false),
    single("    measured over changes", ({ cpu }) => cpu.changes, false),
    single("    ms for each of them", ({ cpu }) => ratio(cpu.elapsedSeconds * 1_000, cpu.changes)),
    single("(e) memory of the controller, MiB", ({ memory }) => memory.controllerBytes / MIB),
    single("    memory of HAProxy, MiB", ({ memory }) => memory.haproxyBytes / MIB),
    single("(f) old HAProxy processes", ({ longLived }) => longLived.oldProcesses, false),
    single("    long-lived connections cut", ({ longLived }) => longLived.opened - longLived.stillOpen, false),
    single("    requests that failed", ({ failedRequests }) => failedRequests, false),
  ];
}

function renderSize({ nodes, burst, columns }: SizeResult): string {
  const rows = measures(burst).map(({ name, of, compared }) => {
    const [lighthouse, reloading, floor] = COLUMNS.map((column) => of(columns[column]));
    const cells = [lighthouse, reloading, floor].map((cell) => withWorst(cell?.value, cell?.worst));
    const ratios = [ratio(lighthouse?.value, floor?.value), ratio(reloading?.value, lighthouse?.value)];
    return [name, ...cells, ...ratios.map((value) => (compared ? figure(value) : ""))];
  });
  const head = [
    `${nodes.toLocaleString("en-US")} nodes present: median (worst)`,
    ...COLUMNS,
    "lighthouse / floor",
    "reload-always / lighthouse",
  ];
  return renderTable({ head, rows });
}

function renderGrowth(sizes: readonly SizeResult[]): string {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (first === undefined || last === undefined || first === last) return "";
  const median = (size: SizeResult, column: (typeof COLUMNS)[number]): number | undefined =>
    summarise(size.columns[column].addMs)?.median;
  const cells = COLUMNS.map((column) => figure(ratio(median(last, column), median(first, column))));
  const name = `(a) at ${last.nodes.toLocaleString("en-US")} nodes / at ${first.nodes.toLocaleString("en-US")}`;
  return renderTable({ head: ["growth", ...COLUMNS], rows: [[name, ...cells]] });
}

function renderRegistries(registries: BenchResult["registries"]): string {
  const found = REGISTRIES.map((name) => registries[name]);
  if (found.every((result) => result === undefined)) return "";
  const row = (name: string, of: (result: RegistryResult) => string): readonly string[] => {
    return [name, ...found.map((result) => (result === undefined ? "-" : of(result)))];
  };
  const rows = [
    row("(g) its check passes: first answer, ms", ({ startMs }) => {
      const summary = summarise(startMs);
      return withWorst(summary?.median, summary?.worst);
    }),
    row("    measured so often", ({ startMs }) => figure(startMs.length)),
    row("    requests that failed", ({ failedRequests }) => figure(failedRequests)),
  ];
  return renderTable({ head: ["a service comes up: median (worst)", ...REGISTRIES], rows });
}

function withWorst(value: number | undefined, worst: number | undefined): string {
  return `${figure(value)}${worst === undefined ? "" : ` (${figure(worst)})`}`;
}

/** A soak as text: memory after so many changes, and what it is of that after ten thousand. */
export function renderSoak({ nodes, marks }: SoakResult): string {
  const reference = marks.find(({ changes }) => changes >= 10_000);
  const rows = marks.map(({ changes, heapBytes, controllerBytes, haproxyBytes, elapsedSeconds }) => [
    changes.toLocaleString("en-US"),
    figure(heapBytes / MIB),
    figure(ratio(heapBytes, reference?.heapBytes)),
    figure(controllerBytes / MIB),
    figure(ratio(controllerBytes, reference?.controllerBytes)),
    figure(haproxyBytes / MIB),
    figure(ratio(haproxyBytes, reference?.haproxyBytes)),
    figure(elapsedSeconds),
  ]);
  const of = reference === undefined ? "-" : `/ at ${reference.changes.toLocaleString("en-US")}`;
  const head = [
    `${nodes.toLocaleString("en-US")} nodes: changes`,
    "runner's heap, MiB",
    of,
    "resident, MiB",
    of,
    "HAProxy, MiB",
    of,
    "seconds",
  ];
  return renderTable({ head, rows });
}
