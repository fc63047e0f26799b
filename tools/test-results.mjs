import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";

/** Where the test run of a package leaves its counts, below the package's directory. */
export const RESULTS = "test-results/vitest.json";

/** The counts of one package; none where it has no tests or its run did not get as far as counting. */
export function readResults(directory) {
  const path = join(directory, RESULTS);
  if (!existsSync(path)) return [];
  const report = JSON.parse(readFileSync(path, "utf8"));
  const name = basename(directory);
  const inFile = (file) => `${name} ${relative(directory, file.name)}`;
  const failures = report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === "failed");
    if (failed.length === 0 && file.status === "failed") return [`${inFile(file)}: ${file.message}`];
    return failed.map(({ fullName }) => `${inFile(file)}: ${fullName}`);
  });
  // A file that cannot even be loaded has no tests to count: it counts as one that failed.
  const failed = Math.max(report.numFailedTests, failures.length);
  if (report.numTotalTests === 0 && failed === 0) return [];
  return [{ name, passed: report.numPassedTests, failed, skipped: report.numPendingTests, failures }];
}
