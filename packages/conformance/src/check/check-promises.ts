import assert from "node:assert/strict";
import { deepFreeze } from "../plugin/deep-freeze.js";
import { leftRunning } from "../plugin/left-running.js";
import { assertMembers, preparationPromises } from "../plugin/preparation-promises.js";
import type { PluginPromise } from "../plugin/promise.js";
import type { CheckBench } from "./check-bench.js";
import type { CheckSubject } from "./check-subject.js";

/** One promise of the check contract. */
export type CheckPromise = PluginPromise<CheckSubject, CheckBench>;

/** What an engine asks of a check before it uses one. */
export const checkStaticPromises: readonly CheckPromise[] = [
  {
    name: "has every member of the contract",
    async holds({ plugin }) {
      assertMembers(plugin, "check", ["configSchema"], ["applyConfig", "perform"]);
    },
  },
  ...preparationPromises,
  {
    name: "opens nothing when it is made and given its configuration",
    async holds(bench) {
      const opened = await leftRunning(bench.settleMs, async () => {
        await bench.construct().applyConfig(deepFreeze(bench.config));
      });
      assert.deepEqual(opened, [], "something was opened");
    },
  },
];

/** What a check says of a service. */
export const verdictPromises: readonly CheckPromise[] = [
  {
    name: "finds a fit service fit, again and again",
    async holds(bench) {
      const check = await bench.start();
      for (let call = 1; call <= 30; call++) await bench.assertFit(check, `at call ${call}`);
    },
  },
  {
    name: "finds a service unfit that is, and fit again when it is",
    async holds(bench) {
      const check = await bench.start();
      for (let round = 1; round <= 3; round++) {
        await bench.assertFit(check, `in round ${round}`);
        await bench.setFit(false);
        const { fit, inTime } = await bench.ask(check, bench.service.target);
        assert.ok(!fit, "an unfit service was found fit");
        assert.ok(inTime, "it came to no verdict on a service that answers");
        await bench.setFit(true);
      }
      await bench.assertFit(check, "at the end");
    },
  },
  {
    name: "comes to its verdict from its configuration and target alone",
    async holds(bench) {
      const [first, second] = [await bench.start(), await bench.start()];
      const silent = await bench.serve("says nothing");
      const stop = new AbortController();
      const waiting = bench.verdict(first, silent.target, stop.signal, 2 * bench.answerMs);
      try {
        await bench.assertFit(second, "beside an instance that waits");
      } finally {
        stop.abort();
        await waiting;
      }
      await bench.assertFit(first, "after it had waited in vain");
      await bench.stop(first);
      await bench.assertFit(second, "after another instance had stopped");
    },
  },
];

/** What a check leaves behind. */
export const checkLifePromises: readonly CheckPromise[] = [
  {
    name: "stops, twice if need be, and leaves nothing running in this process",
    async holds(bench) {
      const silent = await bench.serve("says nothing");
      const left = await leftRunning(bench.settleMs, async () => {
        const check = await bench.start();
        await bench.assertFit(check, "before the stop");
        await bench.ask(check, silent.target, 50);
        await bench.assertFit(check, "before the stop");
        await bench.stop(check);
        await bench.stop(check);
      });
      assert.deepEqual(left, [], "something goes on running");
    },
  },
  {
    name: "stops before it has ever been asked, or been given a configuration",
    async holds(bench) {
      await bench.stop(bench.construct());
      await bench.stop(await bench.start());
    },
  },
];
