/** Ends the process with `code` once what was written has gone out, whatever plugins have left behind: a forgotten timer
 * keeps no process alive. */
export function endProcess(code: number): void {
  process.exitCode = code;
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}
