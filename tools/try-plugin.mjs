import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./run-command.mjs";
import { Failure } from "./terminal.mjs";

/** How long a runner may take to show what a trial waits for, on a busy machine. */
const DEADLINE_MS = 60_000;

/** Runs a trial with the runner's program at `program`, on real servers that it starts and ends. */
export async function tryPlugin(name, trial, program) {
  const servers = await import(join(root, "packages/test-servers/dist/index.js"));
  if (trial.server !== undefined && !servers.requireServer(trial.server)) return;
  const home = await servers.tempDirectory("lhpkg");
  const directory = join(home.path, "config");
  const started = await trial.start(servers, home.path);
  try {
    for (const [path, content] of Object.entries(started.files)) write(join(directory, path), content);
    const httpPort = await servers.freePort();
    const stateDirectory = join(home.path, "state");
    const runner = servers.startRunner({ directory, stateDirectory, httpPort, program, args: ["--role", "both"] });
    let status;
    const shown = async () => {
      status = JSON.parse((await runner.get("/api/v1/status")).body);
      return started.found(status);
    };
    try {
      await servers.waitFor(shown, { what: `${name} to do its work`, deadlineMs: DEADLINE_MS, everyMs: 100 });
    } catch (error) {
      const seen = `status: ${JSON.stringify(status)}\nthe runner wrote:\n${runner.output()}`;
      throw new Failure(`${name}, installed alone: ${error.message}\n${seen}`);
    } finally {
      await runner.stop();
    }
  } finally {
    await started.end?.();
    await home.remove();
  }
}

/** Text as it is, values as JSON, which YAML is a superset of. */
function write(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, null, 2));
}
