import { type Context, createContext, Script } from "node:vm";

/** How long a plugin's pure function may compute, in milliseconds. */
const LIMIT_MS = 5000;

let prepared: { readonly script: Script; readonly context: Context } | undefined;

/** Runs a plugin's synchronous function; one that computes without end is stopped and counts as having thrown. (Only a
 * script of its own can be stopped by Node; what it calls is stopped with it.) */
export function callSynchronous(what: string, run: () => unknown, limitMs: number = LIMIT_MS): unknown {
  prepared ??= { script: new Script("call()"), context: createContext({}) };
  const { script, context } = prepared;
  const outer: unknown = context["call"];
  context["call"] = run;
  try {
    return script.runInContext(context, { timeout: limitMs });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new Error(`${what} did not come to an end within ${limitMs / 1000} s and was stopped`);
  } finally {
    context["call"] = outer;
  }
}
