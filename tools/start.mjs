// npm start: three small web servers, HAProxy in front of them, and Lighthouse between, on examples/quickstart.
import { rmSync } from "node:fs";
import { startDemoRunner } from "./demo-runner.mjs";
import { followTraffic } from "./demo-traffic.mjs";
import { startWebServers } from "./demo-web-servers.mjs";
import { endLeftovers, endProcesses, haproxyOf } from "./processes.mjs";
import { quickstart } from "./quickstart.mjs";
import { root } from "./run-command.mjs";
import { setUp } from "./setup.mjs";
import { bold, cyan, dim, Failure, green, main, say, step } from "./terminal.mjs";

const USAGE = `npm start                 runs the example until Ctrl-C
npm start -- --for 20s    ends by itself; exit 0 if every request was answered and all three servers took part`;

await main(async () => {
  const milliseconds = readOptions(process.argv.slice(2));
  if (milliseconds === undefined) return say(USAGE);
  await setUp({ build: ["@lighthouse-sd/runner"] });
  const example = quickstart();
  const stopped = stopSignal();
  // First: where another start is running, its ports are taken, and nothing of it is touched.
  const servers = await startWebServers(example.servers);
  const cleanUps = [() => servers.stop()];
  try {
    await endLeftovers(example);
    await example.checkPorts();
    cleanUps.unshift(() => rmSync(example.runDirectory, { recursive: true, force: true }));
    cleanUps.unshift(() => endProcesses(haproxyOf(example.configFile), "HAProxy"));
    const runner = startDemoRunner(example);
    cleanUps.unshift(() => runner.stop());
    const early = await Promise.race([example.untilReady(), runner.failed, stopped]);
    if (early !== undefined) return 0;
    runner.show();
    const traffic = followTraffic(example.port);
    cleanUps.unshift(() => traffic.stop());
    welcome(example, milliseconds);
    const signal = await Promise.race([stopped, runner.failed, timeOver(milliseconds)]);
    await traffic.stop();
    return signal === undefined ? judge(traffic, example) : 0;
  } finally {
    if (process.stdout.isTTY) say();
    step("ending all of it");
    for (const cleanUp of cleanUps) await cleanUp();
  }
});

/** How long to run; Infinity: until a signal; undefined: help was asked for. */
function readOptions(args) {
  if (args.length === 0) return Number.POSITIVE_INFINITY;
  if (args.length === 1 && args[0] === "--help") return undefined;
  const match = /^(\d+)(ms|s|m)$/.exec(args.length === 2 && args[0] === "--for" ? args[1] : "");
  if (match === null) throw new Failure(`cannot understand: ${args.join(" ")}\n${USAGE}`, 64);
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000 }[match[2]];
}

/** Settles with the signal that ends the example. Signals that come later change nothing: the end is under way and
 * finishes. */
function stopSignal() {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve(signal));
  });
}

function timeOver(milliseconds) {
  return new Promise((resolve) => {
    if (Number.isFinite(milliseconds)) setTimeout(resolve, milliseconds).unref();
  });
}

function welcome(example, milliseconds) {
  const row = (name, text) => say(`  ${name.padEnd(12)}${text}`);
  say();
  say(
    `${green("✓")} ${bold("Lighthouse is running.")} Three web servers, HAProxy in front, one file that says who is in.`,
  );
  say();
  row(
    "Requests",
    `${cyan(`http://127.0.0.1:${example.port}/`)}  ${dim("each is answered by one of app1, app2, app3")}`,
  );
  row("HAProxy", cyan(`http://127.0.0.1:${example.statsPort}${example.statsUri}`));
  row("Status", `${cyan(`http://127.0.0.1:${example.httpPort}/`)}  ${dim("a page; as JSON: /api/v1/status")}`);
  say();
  row("Now edit", bold(example.nodesFile.slice(root.length + 1)));
  row("", "Take a server out and save: its traffic goes to the others. Put it back: it gets some again.");
  row("", dim("Below you see what Lighthouse does, and who answers."));
  say();
  say(
    dim(
      Number.isFinite(milliseconds) ? `  Ends by itself after ${milliseconds / 1_000} s.` : "  Ctrl-C ends all of it.",
    ),
  );
  say();
}

function judge(traffic, example) {
  const { answers, failures } = traffic.result();
  const silent = example.servers.map(({ name }) => name).filter((name) => !(name in answers));
  const total = Object.values(answers).reduce((sum, count) => sum + count, 0);
  if (failures.length > 0)
    throw new Failure(`${failures.length} of ${total + failures.length} requests failed: ${failures[0]}`);
  if (silent.length > 0) throw new Failure(`no request was answered by ${silent.join(", ")} (${total} requests)`);
  const shares = Object.entries(answers)
    .sort()
    .map(([name, count]) => `${name} ${count}`);
  say(`${green("✓")} ${total} requests, all answered: ${shares.join(", ")}`);
  return 0;
}
