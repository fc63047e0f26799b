import { execFile } from "node:child_process";
import { promtoolBinary } from "./required-server.js";

/** Runs Prometheus' promtool with these arguments, and `input` on its stdin. Gives what it wrote; rejects with that where it
 * finds something wrong. */
export function promtool(args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(promtoolBinary(), args, { timeout: 60_000 }, (error, stdout, stderr) => {
      const written = `${stdout}${stderr}`;
      if (error === null) resolve(written);
      else reject(new Error(`promtool ${args.join(" ")}: ${written.trim() || error.message}`));
    });
    child.stdin?.end(input);
  });
}
