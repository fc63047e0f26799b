// What the two commands print, and how they are interrupted.
const colours = process.stdout.isTTY && !process.env.NO_COLOR;

const paint = (code) => (text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = paint("1");
export const dim = paint("2");
export const green = paint("32");
export const red = paint("31");
export const yellow = paint("33");
export const cyan = paint("36");

export function say(text = "") {
  process.stdout.write(`${text}\n`);
}

/** A step of set-up; only steps that have something to do are said. */
export function step(text) {
  say(`${cyan("·")} ${text}`);
}

/** An error that a person can act on: printed without a stack. */
export class Failure extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs a command's main function and turns what it throws into an exit code. */
export async function main(run) {
  try {
    process.exitCode = (await run()) ?? 0;
  } catch (error) {
    const known = error instanceof Failure;
    process.stderr.write(`${red("✗")} ${known ? error.message : error.stack}\n`);
    process.exitCode = known ? error.exitCode : 1;
  }
}
