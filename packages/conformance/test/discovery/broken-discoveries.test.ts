import { afterAll, expect, it } from "vitest";
import { type DiscoverySubject, discoveryConformance, type TestRunner } from "../../src/index.js";
import { brokenPromises, collectTests } from "../collected-tests.js";
import { clearLeaked } from "../leaked-timers.js";
import BoardDiscovery from "./board/board-discovery.js";
import { boardSubject } from "./board/board-subject.js";
import { brokenDiscoveries } from "./broken-discoveries.js";

afterAll(clearLeaked);

function suiteOf(subject: DiscoverySubject): (runner: TestRunner) => void {
  return (runner) => discoveryConformance(runner, subject);
}

it.concurrent.each(brokenDiscoveries)("the suite finds a discovery that $fault", async ({ plugin, breaks }) => {
  const limits = { settleMs: 500, answerMs: 1500, lostMs: 1500, restoreMs: 1500 };
  const broken = await brokenPromises(suiteOf({ ...boardSubject(plugin), ...limits }), [breaks]);
  expect(Object.keys(broken)).toEqual([breaks]);
});

it("every promise is broken by some discovery: none is kept by testing nothing", () => {
  const promises = collectTests(suiteOf(boardSubject(BoardDiscovery))).map(({ name }) => name);
  expect(promises.filter((promise) => !brokenDiscoveries.some(({ breaks }) => breaks === promise))).toEqual([]);
});
