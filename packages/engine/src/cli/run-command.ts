import { join, resolve } from "node:path";
import { systemClock } from "../clock.js";
import { ConfigurationStore } from "../config/configuration-store.js";
import { errorText } from "../error-text.js";
import { type LogOutput, openLog } from "../logging/log-output.js";
import { terminalStyle } from "../logging/terminal-style.js";
import { CALL_TIMES } from "../plugin-calls.js";
import type { Role } from "../roles.js";
import { Runner } from "../runner.js";
import { stateDirectory, stateDirectorySetting } from "../state-directory.js";
import { type ServiceManager, takeServiceManager } from "../supervisor/service-manager.js";
import { ServiceNotifier } from "../supervisor/service-notifier.js";
import { ServiceReport } from "../supervisor/service-report.js";
import { flushSpans } from "../tracing/flush-spans.js";
import { type Bundle, pluginFinder } from "./bundle.js";
import { guardAgainstCrashes } from "./crash-guard.js";
import { EXIT } from "./exit-codes.js";
import { requireDirectory } from "./require-directory.js";
import { waitUntilInLine } from "./run-once.js";
import type { RunSettings } from "./run-options.js";
import { onSignals } from "./signals.js";

/** `run <dir>`: returns the exit code when it is over. */
export async function runCommand(typedDirectory: string, settings: RunSettings, bundle: Bundle): Promise<number> {
  const directory = resolve(typedDirectory);
  const manager = takeServiceManager(process.env, process.pid);
  await requireDirectory(directory);
  const log = openLog(
    { level: settings.logLevel ?? "info", format: settings.logFormat ?? "pretty" },
    terminalStyle(process.stderr, process.env),
    (text) => process.stderr.write(text),
  );
  const place = {
    directory,
    option: settings.stateDir,
    setting: await stateDirectorySetting(directory),
    env: process.env,
  };
  const runner = newRunner(directory, stateDirectory(place), settings, bundle, log);
  return new Life(runner, log, settings, serviceReport(manager, runner, log)).live();
}

/** What tells the service manager of `runner`; undefined: there is none. */
function serviceReport(
  manager: ServiceManager | undefined,
  runner: Runner,
  output: LogOutput,
): ServiceReport | undefined {
  if (manager === undefined) return undefined;
  const log = output.logger("service");
  const { socket, watchdogMs } = manager;
  const notifier = new ServiceNotifier(socket, log);
  return new ServiceReport({ notifier, watchdogMs, state: () => runner.state(), clock: systemClock, log });
}

function newRunner(directory: string, state: string, settings: RunSettings, bundle: Bundle, log: LogOutput): Runner {
  const { logLevel, logFormat, http, httpTokenFile, pluginsDir, role } = settings;
  const plugins = pluginFinder(bundle, directory, pluginsDir);
  // A reporter beside a writer on one state directory keeps the texts that it has accepted for itself.
  const kept = role === "reporter" ? join(state, "reporter") : state;
  return new Runner({
    directory,
    stateDirectory: state,
    role,
    configuration: new ConfigurationStore({ directory, stateDirectory: kept, plugins, log: log.logger("config") }),
    log,
    logging: { ...(logLevel && { level: logLevel }), ...(logFormat && { format: logFormat }) },
    http,
    httpTokenFile,
    version: bundle.version,
    clock: systemClock,
    times: CALL_TIMES,
    random: Math.random,
  });
}

/** What becomes of what a runner has done. */
const AT_STOP: Readonly<Record<Role, string>> = {
  writer: "targets are left running",
  reporter: "services are withdrawn unless their files say otherwise",
  both: "targets are left running, services are withdrawn unless their files say otherwise",
};

/** A stop takes this long at the most, in milliseconds. */
const STOP_MS = 5000;
/** How much of that may go to spans that wait to be sent: where they go may be down. */
const FLUSH_MS = 1000;

/** A runner from its start to the end of the process. */
class Life {
  readonly #runner: Runner;
  readonly #log: LogOutput;
  readonly #settings: RunSettings;
  /** Undefined: nobody wants to hear. */
  readonly #report: ServiceReport | undefined;
  readonly #over = new AbortController();
  #code: number = EXIT.done;

  constructor(runner: Runner, log: LogOutput, settings: RunSettings, report: ServiceReport | undefined) {
    this.#runner = runner;
    this.#log = log;
    this.#settings = settings;
    this.#report = report;
  }

  async live(): Promise<number> {
    const log = this.#log.logger();
    const unguard = guardAgainstCrashes(log, systemClock, () => this.#end(EXIT.failed));
    const unlisten = onSignals({
      stop: (signal) => {
        log.info(`${signal}: stopping; ${AT_STOP[this.#settings.role]}`);
        this.#end(this.#settings.once === undefined ? EXIT.done : EXIT.failed);
      },
      abandon: (code) => process.exit(code),
      rescan: () => void this.#rescan(),
    });
    try {
      await this.#runner.start();
      this.#report?.ready();
      if (this.#settings.once !== undefined) await this.#once(this.#settings.once.timeoutMs);
      else await this.#untilOver();
    } catch (error) {
      log.error(errorText(error));
      this.#code = EXIT.failed;
    } finally {
      const endBy = systemClock.elapsed() + STOP_MS;
      await Promise.all([this.#report?.stopping(), this.#runner.stop()]);
      await flushSpans(systemClock, Math.min(FLUSH_MS, endBy - systemClock.elapsed()));
      unlisten();
      unguard();
    }
    return this.#code;
  }

  #end(code: number): void {
    if (this.#over.signal.aborted) return;
    this.#code = code;
    this.#over.abort();
  }

  #untilOver(): Promise<void> {
    const { signal } = this.#over;
    return new Promise((done) => {
      if (signal.aborted) done();
      else signal.addEventListener("abort", () => done(), { once: true });
    });
  }

  async #once(timeoutMs: number): Promise<void> {
    const { signal } = this.#over;
    const { code, reasons } = await waitUntilInLine(this.#runner, { clock: systemClock, timeoutMs, signal });
    const log = this.#log.logger();
    for (const reason of reasons) log[code === EXIT.failed ? "error" : "warn"](reason);
    if (!signal.aborted) this.#code = code;
    if (this.#code === EXIT.done) log.info("everything is in line");
  }

  async #rescan(): Promise<void> {
    this.#log.logger().info("SIGHUP: reading everything anew");
    const read = this.#runner.rescan();
    void this.#report?.reloading(read);
    await read.catch((error: unknown) => this.#log.logger().warn(`SIGHUP: ${errorText(error)}`));
  }
}
