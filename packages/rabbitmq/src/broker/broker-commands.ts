import { basename } from "node:path";
import { ProgramError, type ProgramResult, runProgram } from "@lighthouse-sd/plugin-kit";
import type { RabbitMQConfig } from "../config/rabbitmq-config.js";
import { type Answer, unknown } from "./cluster-view.js";

/** What RabbitMQ's commands exit with where the broker's Erlang node runs without RabbitMQ in it. */
const NEEDS_RUNNING_APP = 64;
const UNREACHABLE = 69;
const LARGEST_OUTPUT = 4 * 1024 * 1024;

/** The part of the configuration that says how commands are run. */
export type CommandSettings = Pick<RabbitMQConfig, "command" | "queues_command" | "environment">;

/** RabbitMQ's command line programs, run without a shell. What they print on failure is not passed on: it shows a digest
 * of the Erlang cookie. */
export class BrokerCommands {
  readonly #settings: CommandSettings;

  constructor(settings: CommandSettings) {
    this.#settings = settings;
  }

  /** The output of `rabbitmqctl -q -n <node> …`. */
  ask(node: string, args: readonly string[], limits: CommandLimits): Promise<Answer<string>> {
    return this.#run(this.#settings.command, ["-q", "-n", node, ...args], node, limits, outputOf);
  }

  /** Likewise of `rabbitmq-queues`. */
  askQueues(node: string, args: readonly string[], limits: CommandLimits): Promise<Answer<string>> {
    return this.askQueuesFor(node, args, limits, outputOf);
  }

  /** What `read` takes from the end of a command of `rabbitmq-queues`, which need not be a success; undefined: no
   * answer. */
  askQueuesFor<T>(
    node: string,
    args: readonly string[],
    limits: CommandLimits,
    read: (result: ProgramResult) => T | undefined,
  ): Promise<Answer<T>> {
    return this.#run(this.#settings.queues_command, ["-q", "-n", node, ...args], node, limits, read);
  }

  /** The same command as a person would type it. */
  shown(node: string, args: readonly string[]): string {
    return [...this.#settings.command, "-n", node, ...args].join(" ");
  }

  /** Rejects, saying what is wrong, unless both programs are there and run. */
  async require(limits: CommandLimits): Promise<void> {
    await this.#require([...this.#settings.command, "version"], /^\d/, limits);
    await this.#require([...this.#settings.queues_command, "help"], /grow/, limits);
  }

  async #require(command: readonly string[], expected: RegExp, limits: CommandLimits): Promise<void> {
    const [program = "", ...args] = command;
    const { code, stdout, stderr } = await this.#start(program, args, limits);
    if (code === 0 && expected.test(stdout.trim())) return;
    const isWrapper = `${stdout}${stderr}`.includes("Only root or rabbitmq");
    const hint = isWrapper
      ? `: Debian's ${program} is for root and the user rabbitmq alone; run as one of them, or name /usr/lib/rabbitmq/bin/${basename(program)}`
      : "";
    throw new Error(`${command.join(" ")} must answer, ended with ${code}${hint}`);
  }

  async #run<T>(
    prefix: readonly string[],
    args: readonly string[],
    node: string,
    limits: CommandLimits,
    read: (result: ProgramResult) => T | undefined,
  ): Promise<Answer<T>> {
    const [program = "", ...first] = prefix;
    const what = `${program} ${args.slice(3).join(" ")}`;
    try {
      const result = await this.#start(program, [...first, ...args], limits);
      const { code, signal } = result;
      const value = read(result);
      if (value !== undefined) return { known: true, value };
      return { ...unknown(`${what}: ${exitWords(code, signal, node)}`), appStopped: code === NEEDS_RUNNING_APP };
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      limits.signal.throwIfAborted();
      return unknown(`${what}: ${error.message}`);
    }
  }

  #start(program: string, args: readonly string[], { signal, timeoutMs }: CommandLimits): Promise<ProgramResult> {
    const env = { ...process.env, ...this.#settings.environment };
    return runProgram(program, args, { signal, timeoutMs, env, maxOutputBytes: LARGEST_OUTPUT });
  }
}

/** When a command is given up. */
export interface CommandLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

function outputOf({ code, stdout }: ProgramResult): string | undefined {
  return code === 0 ? stdout : undefined;
}

function exitWords(code: number | null, signal: string | null, node: string): string {
  if (code === NEEDS_RUNNING_APP) return `RabbitMQ is stopped in ${node} (stop_app, or paused as a minority)`;
  if (code === UNREACHABLE) return `${node} cannot be reached, has another Erlang cookie, or refused (exit 69)`;
  return code === null ? `ended by ${signal}` : `exit ${code}`;
}
