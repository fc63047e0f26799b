// A reporter for vitest that writes down what its JSON leaves out: errors that no test has thrown, which fail a run all
// the same.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OUTSIDE_ERRORS } from "./test-results.mjs";

export default class OutsideErrorsReporter {
  #root = process.cwd();

  onInit(vitest) {
    this.#root = vitest.config.root;
  }

  onTestRunEnd(_modules, errors) {
    const path = join(this.#root, OUTSIDE_ERRORS);
    const shown = errors.map(({ type, name, message, VITEST_TEST_NAME: test, VITEST_TEST_PATH: file }) => {
      return { type, name, message, test, file };
    });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(shown));
  }
}
