import type { PluginFinder } from "../plugins/plugin-finder.js";
import { EXIT } from "./exit-codes.js";
import { type PluginReport, reportPlugins } from "./plugin-report.js";
import { requireDirectory } from "./require-directory.js";

/** What `plugins` is asked for. */
export interface PluginsOptions {
  /** The configuration directory, if the plugins that its files ask for matter. */
  readonly directory?: string;
  readonly json: boolean;
  readonly plugins: PluginFinder;
  /** Where the result goes, line ends included. */
  readonly out: (text: string) => void;
  /** How long one plugin may take to look for its dependencies, in milliseconds. Default 10,000. */
  readonly limitMs?: number;
}

const LIMIT_MS = 10_000;
const HEAD = ["KIND", "NAME", "PACKAGE", "VERSION", "CONTRACT", "DEPENDENCIES"];

/** Tells of every plugin that is installed, or asked for by the files of a directory. Gives the exit code: 1 where one
 * that a file asks for cannot be used or lacks something, else 0. Rejects with
 * UsageError where the directory is none. */
export async function runPlugins(options: PluginsOptions): Promise<number> {
  const { directory, json, plugins, out, limitMs = LIMIT_MS } = options;
  if (directory !== undefined) await requireDirectory(directory);
  const reports = await reportPlugins(plugins, directory, limitMs);
  out(json ? `${JSON.stringify({ plugins: reports }, null, 2)}\n` : table(reports, directory !== undefined));
  return reports.some(({ usedBy, problem }) => usedBy.length > 0 && problem !== null) ? EXIT.failed : EXIT.done;
}

function table(reports: readonly PluginReport[], withUse: boolean): string {
  if (reports.length === 0) return "no plugin is installed\n";
  const rows = [HEAD.concat(withUse ? ["USED BY"] : []), ...reports.map((report) => row(report, withUse))];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  // Reasons are sentences: below the table, where they do not tear it apart.
  const reasons = reports.flatMap(({ kind, name, problem }) =>
    problem === null ? [] : [`${kind} ${name}: ${problem}`],
  );
  return `${[...lines, ...(reasons.length === 0 ? [] : ["", ...reasons])].join("\n")}\n`;
}

function row(report: PluginReport, withUse: boolean): readonly string[] {
  const { kind, name, version, contract, dependenciesMet, usedBy } = report;
  const dependencies = dependenciesMet === null ? "cannot be used" : dependenciesMet ? "met" : "missing";
  const cells = [kind, name, report.package ?? "-", version ?? "-", String(contract ?? "-"), dependencies];
  return withUse ? [...cells, usedBy.length === 0 ? "-" : usedBy.join(" ")] : cells;
}
