import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { leftRunning } from "../plugin/left-running.js";
import type { CheckBench } from "./check-bench.js";
import type { CheckPromise } from "./check-promises.js";
import type { Fault } from "./faulty-server.js";

/** When a call is aborted, in milliseconds after it began. */
const MOMENTS_MS = [0, 1, 5, 20, 100] as const;
/** How long it waits for a target that never comes to an end, in milliseconds. */
const DEADLINE_MS = 300;

const ENDING: readonly Fault[] = [
  "closes at once",
  "closes when it is spoken to",
  "resets when it is spoken to",
  "closes in the middle of its answer",
];
const ENDLESS: readonly Fault[] = [
  "says nothing",
  "says something else and stays",
  "answers a byte at a time, for ever",
  "answers without an end",
];

/** What a check does with a target at fault. */
export const faultPromises: readonly CheckPromise[] = [
  {
    name: "says why it does not find a target fit that refuses connections, without waiting for the deadline",
    async holds(bench) {
      const server = await bench.serve("closes at once");
      const { target } = server;
      await server.close();
      const check = await bench.start();
      const { fit, reason, inTime } = await bench.ask(check, target);
      assert.ok(!fit, "it was found fit");
      assert.ok(inTime, "it waited for the deadline");
      assert.match(reason ?? "", /refused/i, "it must be rejected with a message that says that it was refused");
      await bench.assertFit(check, "after another target had refused");
    },
  },
  ...ENDING.map((fault) => ({
    name: `does not find a target fit that ${fault}, without waiting for the deadline`,
    holds: (bench: CheckBench) => assertUnfit(bench, fault, bench.answerMs),
  })),
  ...ENDLESS.map((fault) => ({
    name: `does not find a target fit that ${fault}, and ends at the deadline at the latest`,
    holds: (bench: CheckBench) => assertUnfit(bench, fault, DEADLINE_MS),
  })),
  {
    name: "ends soon whenever it is aborted, with every connection closed",
    async holds(bench) {
      const silent = await bench.serve("says nothing");
      const check = await bench.start();
      const left = await leftRunning(bench.settleMs, async () => {
        for (const moment of MOMENTS_MS) {
          const stop = new AbortController();
          const verdict = bench.verdict(check, silent.target, stop.signal, moment + 1000);
          if (moment > 0) await sleep(moment);
          stop.abort();
          await verdict;
        }
      });
      assert.deepEqual(left, [], "something goes on running after the abort");
      assert.ok(await silent.isLeft(bench.settleMs), "a connection was left open after the abort");
      await bench.assertFit(check, "after calls that were aborted");
    },
  },
  {
    name: "ends soon when its signal has aborted before",
    async holds(bench) {
      const silent = await bench.serve("says nothing");
      const check = await bench.start();
      await bench.verdict(check, silent.target, AbortSignal.abort());
      assert.ok(await silent.isLeft(bench.settleMs), "a connection was left open");
      await bench.assertFit(check, "after a call that was aborted before");
    },
  },
];

async function assertUnfit(bench: CheckBench, fault: Fault, deadlineMs: number): Promise<void> {
  const server = await bench.serve(fault);
  const check = await bench.start();
  const left = await leftRunning(bench.settleMs, async () => {
    const { fit, inTime, reason } = await bench.ask(check, server.target, deadlineMs);
    if (bench.subject.connectionSuffices !== true) assert.ok(!fit, "it was found fit");
    if (deadlineMs === DEADLINE_MS) return;
    assert.ok(inTime, "it waited for the deadline");
    assert.notEqual(reason, "", "it was rejected without a reason");
  });
  assert.deepEqual(left, [], "something goes on running after the call");
  assert.ok(await server.isLeft(bench.settleMs), "a connection was left open after the call");
  await bench.assertFit(check, "after another target was at fault");
}
