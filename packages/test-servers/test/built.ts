import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ProcessEnd } from "../src/lighthouse-runner.js";

/** The built package, as child processes import it. */
const entry: string = new URL("../dist/index.js", import.meta.url).href;

/** A test process of its own that runs `body` with the package as `servers`. */
export function otherTestProcess(body: string): {
  readonly pid: number;
  readonly firstLine: Promise<string>;
  readonly ended: Promise<ProcessEnd>;
  kill(signal: NodeJS.Signals): void;
} {
  const script = `import * as servers from ${JSON.stringify(entry)};\n${body}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
    });
    child.once("error", reject);
    child.once("close", () => reject(new Error(`ended without a line: ${text}`)));
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  return { pid: child.pid ?? 0, firstLine, ended, kill: (signal) => void child.kill(signal) };
}
