import { Command, CommanderError } from "commander";
import { errorText } from "../error-text.js";
import { openLog } from "../logging/log-output.js";
import { terminalStyle } from "../logging/terminal-style.js";
import { type Bundle, pluginFinder } from "./bundle.js";
import { runCheck } from "./check-command.js";
import { drainTarget, runDrain } from "./drain-command.js";
import { EXIT, UsageError } from "./exit-codes.js";
import type { RunnerChoice } from "./find-runner.js";
import { addEvents, addExplain, addStatus } from "./look-commands.js";
import { JSON_OUTPUT, RUNNING_STATE_DIR, RUNNING_TOKEN_FILE, RUNNING_URL } from "./options.js";
import { runPlan } from "./plan-command.js";
import { runPlugins } from "./plugins-command.js";
import { runRelease } from "./release-command.js";
import { runCommand } from "./run-command.js";
import { runSettings, type TypedRunOptions } from "./run-options.js";
import { runSchema } from "./schema-command.js";

/** Runs the command line `args` (without the program's name) and returns the exit code. Results go to standard output,
 * everything else to standard error. */
export async function runProgramLine(args: readonly string[], bundle: Bundle): Promise<number> {
  // Whoever reads our output may go away; work goes on without a reader.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  let code: number = EXIT.done;
  const program = buildProgram(bundle, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof UsageError) process.stderr.write(`error: ${error.message}\n`);
    if (error instanceof UsageError) return EXIT.usage;
    // Commander has written its own line; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    process.stderr.write(`error: ${errorText(error)}\n`);
    return EXIT.failed;
  }
}

function buildProgram(bundle: Bundle, finish: (code: number) => void): Command {
  const program = new Command("lighthouse-runner")
    .description("Keeps load balancers and clusters in line with who is there right now.")
    .version(bundle.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .exitOverride()
    .showSuggestionAfterError();
  addRun(program, bundle, finish);
  addCheck(program, bundle, finish);
  addPlan(program, bundle, finish);
  addPlugins(program, bundle, finish);
  addSchema(program, bundle, finish);
  addDrain(program, finish, true);
  addDrain(program, finish, false);
  addRelease(program, finish);
  addStatus(program, finish);
  addExplain(program, finish);
  addEvents(program, finish);
  return program;
}

const PLUGINS_DIR = [
  "--plugins-dir <dir>",
  "where to look for plugins first: it, or a directory above it, has a node_modules",
] as const;
const STATE_DIR = [
  "--state-dir <dir>",
  "where state is kept (default: state_dir of runner.yaml, $STATE_DIRECTORY, or a folder in ~/.local/state/lighthouse)",
] as const;

interface TypedLookOptions {
  readonly json?: boolean;
  readonly pluginsDir?: string;
  readonly stateDir?: string;
}

function addRun(program: Command, bundle: Bundle, finish: (code: number) => void): void {
  program
    .command("run")
    .description("keep everything in a configuration directory in line, until told to stop")
    .argument("<dir>", "the configuration directory")
    .option("--role <role>", "writer, reporter or both", "writer")
    .option(
      "--once",
      "with role writer: bring everything in line once, then end: 0 done, 1 failed, 3 something is held",
    )
    .option("--timeout <duration>", "with --once: the longest it may take (default: 60s)")
    .option(
      "--http <address:port|off>",
      "where to answer HTTP: on loopback, or with a token file elsewhere (default: http.listen of runner.yaml, or 127.0.0.1:9470)",
    )
    .option(
      "--http-token-file <file>",
      "a file with the token that lets others in (default: http.token_file of runner.yaml)",
    )
    .option("--log-format <format>", "pretty or json (default: format of logging.yaml, or pretty)")
    .option("--log-level <level>", "debug, info, warn or error (default: level of logging.yaml, or info)")
    .option(...STATE_DIR)
    .option(...PLUGINS_DIR)
    .addHelpText("after", RUN_HELP)
    .action(async (directory: string, typed: TypedRunOptions) => {
      finish(await runCommand(directory, runSettings(typed), bundle));
    });
}

function addCheck(program: Command, bundle: Bundle, finish: (code: number) => void): void {
  program
    .command("check")
    .description("check every file of a configuration directory and tell every error: 0 valid, 1 invalid")
    .argument("<dir>", "the configuration directory")
    .option(...JSON_OUTPUT)
    .option(...PLUGINS_DIR)
    .action(async (directory: string, { json = false, pluginsDir }: TypedLookOptions) => {
      const plugins = pluginFinder(bundle, directory, pluginsDir);
      finish(await runCheck({ directory, json, plugins, out: print }));
    });
}

function addPlan(program: Command, bundle: Bundle, finish: (code: number) => void): void {
  program
    .command("plan")
    .description("tell what a sync would change, and touch nothing: 0 nothing, 2 changes, 1 error")
    .argument("<dir>", "the configuration directory")
    .option(...JSON_OUTPUT)
    .option(...STATE_DIR)
    .option(...PLUGINS_DIR)
    .action(async (directory: string, { json = false, stateDir, pluginsDir }: TypedLookOptions) => {
      const plugins = pluginFinder(bundle, directory, pluginsDir);
      const { color } = terminalStyle(process.stdout, process.env);
      const style = terminalStyle(process.stderr, process.env);
      const log = openLog({ level: "warn", format: "pretty" }, style, (text) => process.stderr.write(text));
      finish(await runPlan({ directory, stateDir, env: process.env, json, color, plugins, log, out: print }));
    });
}

function addPlugins(program: Command, bundle: Bundle, finish: (code: number) => void): void {
  program
    .command("plugins")
    .description("list the plugins that are there, and what they lack")
    .argument("[dir]", "a configuration directory: tell of the plugins that its files ask for, too")
    .option(...JSON_OUTPUT)
    .option(...PLUGINS_DIR)
    .action(async (directory: string | undefined, { json = false, pluginsDir }: TypedLookOptions) => {
      const plugins = pluginFinder(bundle, directory, pluginsDir);
      finish(await runPlugins({ ...(directory !== undefined && { directory }), json, plugins, out: print }));
    });
}

function addSchema(program: Command, bundle: Bundle, finish: (code: number) => void): void {
  program
    .command("schema")
    .description("print the JSON Schema of a kind of file, for editors: what installed plugins take is in it")
    .argument("<kind>", "runner, logging, balancer, discovery, cluster or service")
    .argument("[name]", "of a balancer or discovery: its plugin")
    .option(...PLUGINS_DIR)
    .action(async (kind: string, name: string | undefined, { pluginsDir }: TypedLookOptions) => {
      const plugins = pluginFinder(bundle, process.cwd(), pluginsDir);
      finish(await runSchema({ kind, name, plugins, out: print }));
    });
}

function addDrain(program: Command, finish: (code: number) => void, drained: boolean): void {
  program
    .command(drained ? "drain" : "undrain")
    .description(
      drained
        ? "take a node out of rotation on this host, or a service of this host everywhere, across restarts, until undrain"
        : "take back what was drained",
    )
    .argument("[cluster]", "the cluster's name")
    .argument("[node]", "the node's name, as in the status, or its address as ip:port")
    .option("--service <name>", "in place of a node: a service of this host")
    .option(...RUNNING_STATE_DIR)
    .option(...RUNNING_URL)
    .option(...RUNNING_TOKEN_FILE)
    .action(async (cluster, node, { service, ...runner }: RunnerChoice & { readonly service?: string }) => {
      const what = drainTarget(cluster, node, service);
      finish(await runDrain({ what, drained, runner, env: process.env, out: print }));
    });
}

function addRelease(program: Command, finish: (code: number) => void): void {
  program
    .command("release")
    .description("let the nodes of a cluster go that its guard holds although their source no longer names them")
    .argument("<cluster>", "the cluster's name")
    .option(...RUNNING_STATE_DIR)
    .option(...RUNNING_URL)
    .option(...RUNNING_TOKEN_FILE)
    .action(async (cluster: string, runner: RunnerChoice) => {
      finish(await runRelease({ cluster, runner, env: process.env, out: print }));
    });
}

function print(text: string): void {
  process.stdout.write(text);
}

const RUN_HELP = `
Signals: TERM and INT stop within 5 s, leave targets running and withdraw services; HUP reads everything anew.
Its state: GET /healthz, /readyz and /api/v1/status.`;
