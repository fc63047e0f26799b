import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join, resolve } from "node:path";
import { readSecretFile } from "@lighthouse-sd/plugin-kit";
import type { Duty } from "../roles.js";
import { defaultStateRoot, unitStateDirectory } from "../state-directory.js";
import type { RunnerAddress } from "./ask-runner.js";
import { UsageError } from "./exit-codes.js";

/** What was said about which running one is meant. */
export interface RunnerChoice {
  /** --state-dir */
  readonly stateDir?: string;
  /** --url */
  readonly url?: string;
  /** --token-file */
  readonly tokenFile?: string;
}

const PROBE_MS = 2000;

/** Where the running one answers that is meant: the one of --state-dir or --url, else the only one of this user that has
 * its state at a default place; of role writer or reporter, as `duty` says. Rejects, saying what to do, where there is none or more than one. */
export async function findRunner(
  { stateDir, url, tokenFile }: RunnerChoice,
  env: NodeJS.ProcessEnv,
  duty: Duty = "writer",
): Promise<RunnerAddress> {
  const socket = `${duty}.sock`;
  if (stateDir !== undefined && url !== undefined) throw new UsageError("--state-dir and --url exclude each other");
  if (tokenFile !== undefined && url === undefined) throw new UsageError("--token-file goes with --url only");
  if (url !== undefined) {
    const token = tokenFile === undefined ? undefined : (await readSecretFile(tokenFile)).trim();
    return { url: readUrl(url), token };
  }
  if (stateDir !== undefined) return { socket: join(resolve(stateDir), socket) };
  const root = defaultStateRoot(env);
  const running = await runningSockets(root, unitStateDirectory(env), socket);
  const [only, ...others] = running;
  if (only === undefined) {
    throw new Error(
      `no ${duty === "writer" ? "runner" : "reporter"} is running with its state in ${root}; if it has another place, give --state-dir`,
    );
  }
  if (others.length === 0) return { socket: only };
  const choices = running.map((path) => `  --state-dir ${dirname(path)}`).join("\n");
  throw new Error(
    `${running.length} ${duty === "writer" ? "runners" : "reporters"} are running here; say which one is meant:\n${choices}`,
  );
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What is not understood may be a secret, and is not repeated.
  if (url !== undefined && (url.username !== "" || url.password !== "")) {
    throw new UsageError("--url takes no user and password: the runner lets somebody in by --token-file");
  }
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new UsageError(
    `--url must be like http://127.0.0.1:9470 or https://proxy.example, got ${JSON.stringify(text)}`,
  );
}

async function runningSockets(root: string, ofUnit: string | undefined, socket: string): Promise<readonly string[]> {
  const names = await readdir(root).catch((): string[] => []);
  const folders = [...(ofUnit === undefined ? [] : [ofUnit]), ...names.sort().map((name) => join(root, name))];
  const sockets = [...new Set(folders)].map((folder) => join(folder, socket));
  const alive = await Promise.all(sockets.map(isListening));
  return sockets.filter((_, index) => alive[index]);
}

/** A socket file that a runner left behind when it was killed refuses. One that may not be opened counts: there is
 * somebody. */
function isListening(socket: string): Promise<boolean> {
  return new Promise((settle) => {
    const probe = connect(socket).setTimeout(PROBE_MS);
    const end = (listening: boolean): void => {
      probe.destroy();
      settle(listening);
    };
    probe.on("connect", () => end(true));
    probe.on("timeout", () => end(true));
    probe.on("error", ({ code }: NodeJS.ErrnoException) => end(code === "EACCES" || code === "EPERM"));
  });
}
