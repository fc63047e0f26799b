import { declarePromises } from "../plugin/promise.js";
import type { TestRunner } from "../plugin/test-runner.js";
import { validationPromises } from "../plugin/validation-promises.js";
import { addressPromises } from "./address-promises.js";
import { CheckBench } from "./check-bench.js";
import { type CheckPromise, checkLifePromises, checkStaticPromises, verdictPromises } from "./check-promises.js";
import type { CheckSubject } from "./check-subject.js";
import { faultPromises } from "./fault-promises.js";

/** Every promise of contract 1, in groups. */
const PROMISES: Readonly<Record<string, readonly CheckPromise[]>> = {
  "a check's static side": checkStaticPromises,
  "a check's configuration": validationPromises,
  "a check's verdict": [...verdictPromises, ...addressPromises],
  "a check's verdict on a target at fault": faultPromises,
  "a check's life": checkLifePromises,
};

/** Declares a test for every promise that the contract makes for checks. Each gets a service of its own, and leaves
 * nothing behind. */
export function checkConformance(runner: TestRunner, subject: CheckSubject): void {
  declarePromises(runner, PROMISES, subject, async () => new CheckBench(subject, await subject.create()));
}
