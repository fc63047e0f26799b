import { durationMs } from "@lighthouse-sd/core";
import { runProgram } from "@lighthouse-sd/plugin-kit";
import type { NginxConfig } from "./nginx-config.js";

/** What nginx has against the files that it would start with now, in its own words; undefined: nothing. */
export async function judgeFiles(
  binary: string,
  config: NginxConfig,
  { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const args = ["-t", ...(config.config_file === undefined ? [] : ["-c", config.config_file])];
  const options = { cwd, signal, timeoutMs: durationMs(config.timeout) };
  const { code, stdout, stderr } = await runProgram(binary, args, options);
  if (code === 0) return undefined;
  const said = `${stderr}${stdout}`.trim();
  // The other lines are of what it goes on with all the same, and of where it looked.
  const [, fatal] = /\[(?:emerg|alert|crit)\] (?:\d+#\d+: )?(.*)$/m.exec(said) ?? [];
  return fatal ?? (said === "" ? `it ended with ${code}` : said);
}
