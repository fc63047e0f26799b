import type { Command } from "commander";
import { terminalStyle } from "../logging/terminal-style.js";
import { runEvents, type TypedEventsOptions } from "./events-command.js";
import { runExplain } from "./explain-command.js";
import type { RunnerChoice } from "./find-runner.js";
import { JSON_OUTPUT, RUNNING_STATE_DIR, RUNNING_TOKEN_FILE, RUNNING_URL } from "./options.js";
import { runStatus } from "./status-command.js";

type Finish = (code: number) => void;

/** Adds `status`. */
export function addStatus(program: Command, finish: Finish): void {
  program
    .command("status")
    .description("show how a running one stands: its clusters, balancers and services, and what needs a look")
    .option("-w, --watch", "go on, on a screen that follows")
    .option(...JSON_OUTPUT)
    .option(...RUNNING_STATE_DIR)
    .option(...RUNNING_URL)
    .option(...RUNNING_TOKEN_FILE)
    .action(async (typed: RunnerChoice & { readonly json?: boolean; readonly watch?: boolean }) => {
      const { json = false, watch = false, ...runner } = typed;
      const { color } = terminalStyle(process.stdout, process.env);
      const signal = watch ? interrupted() : new AbortController().signal;
      const screen = process.stdout.isTTY === true;
      const { env } = process;
      finish(await runStatus({ json, watch, color, screen, runner, env, now: Date.now, out: print, signal }));
    });
}

/** Adds `explain`. */
export function addExplain(program: Command, finish: Finish): void {
  program
    .command("explain")
    .description(
      "tell why a node is in rotation or not, from its record to the running target; without a node, of a cluster",
    )
    .argument("<cluster>", "the cluster's name")
    .argument("[node]", "the node's name, as in the status, or its address as ip:port")
    .option(...JSON_OUTPUT)
    .option(...RUNNING_STATE_DIR)
    .option(...RUNNING_URL)
    .option(...RUNNING_TOKEN_FILE)
    .action(async (cluster: string, node: string | undefined, typed: RunnerChoice & { readonly json?: boolean }) => {
      const { json = false, ...runner } = typed;
      const { color } = terminalStyle(process.stdout, process.env);
      finish(await runExplain({ cluster, node, json, color, runner, env: process.env, out: print }));
    });
}

/** Adds `events`. */
export function addEvents(program: Command, finish: Finish): void {
  program
    .command("events")
    .description("tell what has happened in a running one, the newest last")
    .option("-f, --follow", "go on with what happens from now on, also over a restart of the runner")
    .option("--limit <count>", "the newest ones, so many (default: 100)")
    .option("--kind <kinds>", "only those of these kinds, separated by commas: members, guard, reload, ...")
    .option("--cluster <name>", "only those of this cluster")
    .option("--balancer <name>", "only those of this balancer")
    .option("--service <name>", "only those of this service of this host")
    .option("--json", "print JSON, one event on each line")
    .option(...RUNNING_STATE_DIR)
    .option(...RUNNING_URL)
    .option(...RUNNING_TOKEN_FILE)
    .action(async (typed: TypedEventsOptions) => {
      const style = terminalStyle(process.stdout, process.env);
      const signal = typed.follow === true ? interrupted() : new AbortController().signal;
      const news = (text: string): void => void process.stderr.write(`${text}\n`);
      finish(await runEvents({ typed, env: process.env, style, out: print, news, signal }));
    });
}

/** Aborts when the user has had enough, or nobody reads any more. */
function interrupted(): AbortSignal {
  const over = new AbortController();
  const end = (): void => over.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  process.stdout.once("error", end);
  return over.signal;
}

function print(text: string): void {
  process.stdout.write(text);
}
