import type { PrettyStyle } from "./pretty-line.js";

/** How lines for people look on `stream`: colours and short times on a terminal, unless the environment says
 * NO_COLOR (any value but an empty one) or is a dumb terminal. */
export function terminalStyle(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): PrettyStyle {
  const terminal = stream.isTTY === true;
  const wanted = (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  return { color: terminal && wanted, shortTime: terminal };
}
