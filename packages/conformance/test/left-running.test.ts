import { expect, test } from "vitest";
import { leftRunning } from "../src/plugin/left-running.js";

test("what goes on running is named with the line that has started it", async () => {
  let timer: NodeJS.Timeout | undefined;
  const left = await leftRunning(50, async () => {
    timer = setInterval(() => undefined, 60_000);
  });
  clearInterval(timer);
  expect(left).toEqual([expect.stringMatching(/^a timer started at .*left-running\.test\.ts:\d+:\d+\)?$/)]);
});

test("what has ended, or was started by somebody else meanwhile, is not named", async () => {
  let started: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    started = resolve;
  });
  let theirs: NodeJS.Timeout | undefined;
  const somebodyElse = begun.then(() => {
    theirs = setInterval(() => undefined, 60_000);
  });
  const left = await leftRunning(50, async () => {
    clearInterval(setInterval(() => undefined, 60_000));
    started();
    await somebodyElse;
  });
  clearInterval(theirs);
  expect(left).toEqual([]);
});
