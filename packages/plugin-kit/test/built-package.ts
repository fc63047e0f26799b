import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { onTestFinished } from "vitest";

const entry = new URL("../dist/index.js", import.meta.url);

/** Runs `script` in a node process of its own, with the built package as `kit` and `args` as `args`. It is killed when
 * the test ends. */
export function startScript(script: string, args: readonly string[], wrapper: readonly string[] = []): ChildProcess {
  if (!existsSync(entry)) throw new Error("the package is not built: pnpm --filter @lighthouse-sd/plugin-kit build");
  const preamble = `import * as kit from ${JSON.stringify(entry.href)}; const args = process.argv.slice(1);`;
  const command = [...wrapper, process.execPath, "--input-type=module", "-e", `${preamble}\n${script}`, "--", ...args];
  const child = spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

/** All that a script prints until it ends; rejects where it fails. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let [output, errors] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the script ended with ${code}: ${errors}${output}`);
  return output.trim();
}

/** The first line that a script prints; it goes on running. */
export async function firstLine(child: ChildProcess): Promise<string> {
  let output = "";
  for await (const text of child.stdout?.setEncoding("utf8") ?? []) {
    output += text;
    if (output.includes("\n")) break;
  }
  return output.split("\n")[0] ?? "";
}
