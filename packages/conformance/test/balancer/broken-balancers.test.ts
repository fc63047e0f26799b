import { afterAll, expect, it } from "vitest";
import { type BalancerSubject, balancerConformance, type TestRunner } from "../../src/index.js";
import { brokenPromises, collectTests } from "../collected-tests.js";
import { clearLeaked } from "../leaked-timers.js";
import { brokenBalancers } from "./broken-balancers.js";
import MembersBalancer from "./members-file/members-balancer.js";
import { membersSubject } from "./members-file/members-subject.js";

afterAll(clearLeaked);

function suiteOf(subject: BalancerSubject): (runner: TestRunner) => void {
  return (runner) => balancerConformance(runner, subject);
}

it("the suite finds nothing wrong with a balancer that keeps every promise", async () => {
  expect(await brokenPromises(suiteOf(membersSubject(MembersBalancer)))).toEqual({});
});

it.concurrent.each(brokenBalancers)(
  "the suite finds a balancer that $fault",
  { timeout: 60_000 },
  async ({ plugin, breaks }) => {
    const limits = { settleMs: 300, convergeMs: 300 };
    const broken = await brokenPromises(suiteOf({ ...membersSubject(plugin), ...limits }), [breaks]);
    expect(Object.keys(broken)).toContain(breaks);
  },
);

it("every promise is broken by some balancer: none is kept by testing nothing", () => {
  const describing = class extends MembersBalancer {
    static readonly validateClusters = (): [] => [];
    override async describe(): Promise<[]> {
      return [];
    }
  };
  const promises = collectTests(suiteOf(membersSubject(describing))).map(({ name }) => name);
  expect(promises.filter((promise) => !brokenBalancers.some(({ breaks }) => breaks === promise))).toEqual([]);
});
