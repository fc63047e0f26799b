import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePort, type RunnerProcess, startRunner, waitFor } from "@lighthouse-sd/test-servers";
import { stringify } from "yaml";

/** What the files of a configuration directory hold, by their paths. */
export type ConfigurationFiles = Readonly<Record<string, unknown>>;

/** What a runner is started with. */
export interface ConfiguredRunnerOptions {
  /** Its configuration and its state are below it. */
  readonly directory: string;
  readonly files: ConfigurationFiles;
  /** Further arguments of `run`. */
  readonly args?: readonly string[];
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Writes the configuration and starts a runner on it. Waits for nothing. */
export async function startConfigured(options: ConfiguredRunnerOptions): Promise<RunnerProcess> {
  const { directory, files, args = [], env = {} } = options;
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, "etc", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, stringify(content, { lineWidth: 0 }));
  }
  const [etc, state] = [join(directory, "etc"), join(directory, "state")];
  return startRunner({ directory: etc, stateDirectory: state, httpPort: await freePort(), args, env });
}

/** Waits until a runner has done all that it does first. `name`: who it is, should that fail. */
export async function untilReady(runner: RunnerProcess, name: string): Promise<void> {
  try {
    await waitFor(async () => (await runner.get("/readyz")).status === 200, {
      what: `${name}'s runner to be ready`,
      deadlineMs: 60_000,
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}; it wrote:\n${runner.output().slice(-4_000)}`, { cause: error });
  }
}
