import { afterAll, expect, it } from "vitest";
import { type CheckSubject, checkConformance, type TestRunner } from "../../src/index.js";
import { brokenPromises, collectTests } from "../collected-tests.js";
import { clearLeaked } from "../leaked-timers.js";
import { brokenChecks, closeLeft } from "./broken-checks.js";
import PongCheck from "./pong/pong-check.js";
import { pongSubject } from "./pong/pong-subject.js";

afterAll(() => {
  clearLeaked();
  closeLeft();
});

function suiteOf(subject: CheckSubject): (runner: TestRunner) => void {
  return (runner) => checkConformance(runner, subject);
}

it.concurrent.each(brokenChecks)(
  "the suite finds a check that $fault",
  { timeout: 60_000 },
  async ({ plugin, breaks }) => {
    const limits = { settleMs: 500, answerMs: 1000 };
    const broken = await brokenPromises(suiteOf({ ...pongSubject(plugin), ...limits }), [breaks]);
    expect(Object.keys(broken)).toEqual([breaks]);
  },
);

it("every promise is broken by some check: none is kept by testing nothing", () => {
  const promises = collectTests(suiteOf(pongSubject(PongCheck))).map(({ name }) => name);
  expect(promises.filter((promise) => !brokenChecks.some(({ breaks }) => breaks === promise))).toEqual([]);
});
