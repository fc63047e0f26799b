import { existsSync, readFileSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Where the test run of a package leaves its counts, below the package's directory. */
export const RESULTS = "test-results/vitest.json";
/** Where it leaves the errors that no test has thrown. */
export const OUTSIDE_ERRORS = "test-results/outside-errors.json";

/** Forgets what the last run of a package has left. */
export function removeResults(directory) {
  for (const file of [RESULTS, OUTSIDE_ERRORS]) rmSync(join(directory, file), { force: true });
}

/** The counts of a package, with where each failure was and its first line; undefined where it has no tests. One that
 * should have been run and has left no counts has failed: it could not be built, or its run broke off. */
export function readResults(directory) {
  const name = basename(directory);
  const report = readJson(join(directory, RESULTS));
  if (report === undefined) {
    const why = "it was not built, or its run broke off: see what it wrote above";
    const failures = isTested(directory) ? [{ where: name, line: `no result: ${why}` }] : [];
    return failures.length === 0 ? undefined : { name, passed: 0, failed: 1, skipped: 0, failures };
  }
  const inTests = report.testResults.flatMap((file) => failuresOf(file, `${name} ${relative(directory, file.name)}`));
  const outside = (readJson(join(directory, OUTSIDE_ERRORS)) ?? []).map((error) => outsideFailure(directory, error));
  const failures = [...inTests, ...outside];
  // A file that cannot even be loaded has no tests to count, and an error may be outside of all: each counts as one.
  const failed = Math.max(report.numFailedTests, inTests.length) + outside.length;
  if (report.numTotalTests === 0 && failed === 0) return undefined;
  return { name, passed: report.numPassedTests, failed, skipped: report.numPendingTests, failures };
}

function failuresOf({ assertionResults, status, message }, inFile) {
  const failed = assertionResults.filter((result) => result.status === "failed");
  if (failed.length === 0 && status === "failed") return [{ where: inFile, line: firstLine(message) }];
  return failed.map(({ fullName, failureMessages: [text = ""] }) => {
    return { where: `${inFile}: ${fullName}`, line: firstLine(text) };
  });
}

function outsideFailure(directory, { type, name, message, test, file }) {
  const place = file === undefined ? "" : ` ${relative(directory, file)}`;
  const during = test === undefined ? "" : `, while this ran: ${test}`;
  return {
    where: `${basename(directory)}${place}: outside of any test${during}`,
    line: firstLine(`${type}: ${name}: ${message}`),
  };
}

function firstLine(text) {
  const lines = stripVTControlCharacters(text).split("\n");
  return lines.find((line) => line.trim() !== "")?.trim() ?? "it gives no reason";
}

function isTested(directory) {
  const { scripts = {} } = readJson(join(directory, "package.json"));
  return scripts.test !== undefined || scripts["test:e2e"] !== undefined;
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
