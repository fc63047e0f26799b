import type { FileProblem } from "../config/configuration.js";
import { ConfigurationDirectory } from "../config/configuration-directory.js";
import { ConfigurationReview } from "../config/configuration-review.js";
import { formatProblem } from "../config/sort-problems.js";
import { counted } from "../counted.js";
import type { PluginFinder } from "../plugins/plugin-finder.js";
import { EXIT } from "./exit-codes.js";
import { requireDirectory } from "./require-directory.js";

/** What `check` is asked for. */
export interface CheckOptions {
  /** The configuration directory. */
  readonly directory: string;
  readonly json: boolean;
  readonly plugins: PluginFinder;
  /** Where the result goes, line ends included. */
  readonly out: (text: string) => void;
}

/** Checks every file of a configuration directory as a runner that starts there would, and tells every error. Starts
 * and keeps nothing. Gives the exit code: 0 valid, 1 invalid. Rejects with UsageError where there is no directory. */
export async function runCheck({ directory, json, plugins, out }: CheckOptions): Promise<number> {
  await requireDirectory(directory);
  const { signal } = new AbortController();
  const observation = await new ConfigurationDirectory(directory).observe({
    signal,
    settleMs: 0,
    emptiedOnPurpose: false,
  });
  const { problems, notices } = await new ConfigurationReview(plugins).review(observation);
  const files = observation.texts.length + observation.unreadable.length;
  out(json ? jsonResult(problems, notices) : textResult(problems, notices, files));
  return problems.length === 0 ? EXIT.done : EXIT.failed;
}

function jsonResult(problems: readonly FileProblem[], notices: readonly FileProblem[]): string {
  const [errors, warnings] = [problems, notices].map((all) =>
    all.map(({ file, line = null, column = null, message }) => ({ file, line, column, message })),
  );
  return `${JSON.stringify({ valid: problems.length === 0, errors, notices: warnings }, null, 2)}\n`;
}

function textResult(problems: readonly FileProblem[], notices: readonly FileProblem[], files: number): string {
  const groups = [problems.map(formatProblem), notices.map((notice) => `notice: ${formatProblem(notice)}`)];
  const counts = [counted(files, "file"), counted(problems.length, "error")];
  if (notices.length > 0) counts.push(counted(notices.length, "notice"));
  return [...groups.filter((group) => group.length > 0).map((group) => group.join("\n")), counts.join(", ")]
    .join("\n\n")
    .concat("\n");
}
