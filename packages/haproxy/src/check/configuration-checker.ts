import { createHash } from "node:crypto";
import type { CallOptions } from "@lighthouse-sd/core";
import { prepareFile, runProgram } from "@lighthouse-sd/plugin-kit";
import { hideSecrets } from "../secrets.js";
import { type CheckMessage, parseErrors } from "./parse-messages.js";

/** What HAProxy says to a configuration. */
export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly messages: readonly CheckMessage[]; readonly file: string };

/** How a configuration is checked. */
export interface CheckOptions {
  readonly binary: string;
  /** The file it is for; the candidate stands beside it. */
  readonly configFile: string;
  readonly extraFiles: readonly string[];
}

const TIME_LIMIT_MS = 60_000;
/** What HAProxy refuses may become right without a change to the text: a certificate arrives, a name resolves. */
const REFUSAL_STANDS_MS = 25_000;

/** Asks HAProxy (`-c`) about configurations, and remembers its answers. */
export class ConfigurationChecker {
  readonly #verdicts = new Map<string, { readonly verdict: Verdict; readonly at: number }>();

  async check(text: string, options: CheckOptions, { signal }: CallOptions): Promise<Verdict> {
    const key = createHash("sha256")
      .update(JSON.stringify([options, text]))
      .digest("hex");
    const known = this.#verdicts.get(key);
    if (known !== undefined && performance.now() - known.at < REFUSAL_STANDS_MS) return known.verdict;
    const verdict = await askHAProxy(text, options, signal);
    for (const [old, { at }] of this.#verdicts) {
      if (performance.now() - at >= REFUSAL_STANDS_MS) this.#verdicts.delete(old);
    }
    this.#verdicts.set(key, { verdict, at: performance.now() });
    return verdict;
  }
}

async function askHAProxy(text: string, options: CheckOptions, signal: AbortSignal): Promise<Verdict> {
  const candidate = await prepareFile(options.configFile, text);
  try {
    const args = ["-c", ...[candidate.path, ...options.extraFiles].flatMap((file) => ["-f", file])];
    const { code, stderr } = await runProgram(options.binary, args, { signal, timeoutMs: TIME_LIMIT_MS });
    if (code === 0) return { ok: true };
    return { ok: false, messages: parseErrors(hideSecrets(stderr, text)), file: candidate.path };
  } finally {
    await candidate.discard();
  }
}
