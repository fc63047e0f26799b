import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { assertSettles } from "../plugin/settles.js";
import type { BalancerPromise } from "./balancer-promise.js";

/** When a sync is aborted, in milliseconds after its call. */
const MOMENTS_MS = [0, 1, 5, 20, 100] as const;

/** What a balancer does when the engine wants no answer any more. */
export const abortPromises: readonly BalancerPromise[] = [
  {
    name: "settles when its signal has aborted before, and goes on from there",
    async holds(bench) {
      const balancer = await bench.start();
      await assertSettles(
        bench.settleMs,
        balancer.syncFile(bench.samples.given(bench.samples.two()), { signal: AbortSignal.abort() }),
      );
      await bench.converge(balancer, bench.samples.two());
      await bench.assertSettled(balancer, bench.samples.two(), "after the aborted sync was made up for");
    },
  },
  {
    name: "settles soon when its signal aborts, with its files whole",
    async holds(bench) {
      const [first, second] = bench.samples.two();
      const states = [
        [first, second],
        [bench.samples.cluster(0, [1, 4, 5]), second],
      ] as const;
      const balancer = await bench.start();
      const texts: Readonly<Record<string, string>>[] = [];
      for (const state of states) {
        await bench.converge(balancer, state);
        texts.push(await bench.texts());
      }
      for (const [round, moment] of MOMENTS_MS.entries()) {
        const wanted = round % 2;
        const stop = new AbortController();
        const sync = balancer.syncFile(bench.samples.given(states[wanted] ?? []), { signal: stop.signal });
        // A rejection that comes before the abort is looked at afterwards.
        sync.catch(() => undefined);
        if (moment > 0) await sleep(moment);
        stop.abort();
        await assertSettles(bench.settleMs, sync);
        assertWhole(await bench.texts(), texts, moment);
        await bench.converge(balancer, states[wanted] ?? []);
        assert.deepEqual(
          await bench.texts(),
          texts[wanted],
          `what followed an abort after ${moment} ms is not the same`,
        );
      }
    },
  },
];

function assertWhole(
  now: Readonly<Record<string, string>>,
  known: readonly Readonly<Record<string, string>>[],
  moment: number,
): void {
  for (const [name, text] of Object.entries(now)) {
    assert.ok(
      known.some((texts) => name in texts),
      `an abort after ${moment} ms left the file ${name} behind`,
    );
    assert.ok(
      known.some((texts) => texts[name] === text),
      `an abort after ${moment} ms left ${name} neither old nor new`,
    );
  }
}
