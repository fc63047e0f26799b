import { afterEach, expect, test } from "vitest";
import { ServerProcess } from "../src/server-process.js";
import { waitFor } from "../src/wait-for.js";

const COUNTING = `setInterval(() => process.stdout.write("."), 1)`;
let server: ServerProcess | undefined;
afterEach(() => server?.kill());

async function counting(): Promise<ServerProcess> {
  server = new ServerProcess(process.execPath, ["-e", COUNTING]);
  server.start();
  await waitFor(() => server?.output !== "", { what: "the first dot" });
  return server;
}

test("a paused process has written its last when pause returns, and goes on when it is resumed", async () => {
  const process = await counting();
  process.pause();
  // What it wrote before is in the pipe: a round of timers and reads empties it.
  const settled = await waitFor(settledOutput(process), { what: "the pipe to be empty" });
  process.resume();
  await waitFor(() => process.output.length > settled.length + 10, { what: "ten more dots" });
});

test("a process that has ended cannot be paused", async () => {
  const process = await counting();
  await process.kill();
  expect(() => process.pause()).toThrow(/has ended/);
});

/** Gives the output when twenty looks in a row found the same. */
function settledOutput(process: ServerProcess): () => string | false {
  let last = "";
  let same = 0;
  return () => {
    same = process.output === last ? same + 1 : 0;
    last = process.output;
    return same === 20 && last;
  };
}
