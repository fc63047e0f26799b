import { isConfigError, type JsonSchema, type Problem, schemaValidator } from "@lighthouse-sd/core";
import { errorText } from "../error-text.js";
import type { LoadedPlugin } from "../plugins/loaded-plugin.js";
import { callSynchronous } from "./call-synchronous.js";

/** What a plugin makes of the file of one of its instances. */
export type CheckedInstance = { readonly config: unknown } | { readonly problems: readonly Problem[] };

/** Has a plugin check the configuration of an instance: its value in its file, without `type` and `name`. Whatever else than a
 * configuration comes back is a problem of that file, and nothing more. */
export function checkInstance(plugin: LoadedPlugin, value: Readonly<Record<string, unknown>>): CheckedInstance {
  const who = `the ${plugin.kind} plugin ${plugin.packageName} ${plugin.version}`;
  const { type: _type, name: _name, ...own } = value;
  const whole = (message: string): CheckedInstance => ({ problems: [{ path: [], message: `${who}: ${message}` }] });
  const unusable = unusableSchema("clusterSchema" in plugin.plugin ? plugin.plugin.clusterSchema : undefined);
  if (unusable !== undefined) return whole(`its clusterSchema cannot be used: ${unusable}`);
  try {
    const config = callSynchronous("its validateConfig", () => plugin.plugin.validateConfig(structuredClone(own)));
    if (isThenable(config)) {
      config.then(undefined, () => undefined);
      return whole("its validateConfig must return the configuration at once, it returned a promise");
    }
    if (typeof config === "object" && config !== null) return { config };
    return whole(`its validateConfig must return the configuration, it returned ${describe(config)}`);
  } catch (error) {
    const problems = configProblems(error);
    return problems === undefined ? whole(`its validateConfig failed: ${errorText(error)}`) : { problems };
  }
}

/** The problems of a ConfigError; undefined for any other error, and for one that does not say what it should. */
export function configProblems(error: unknown): readonly Problem[] | undefined {
  if (!isConfigError(error)) return undefined;
  const problems = readProblems(error.problems);
  return problems === undefined || problems.length === 0 ? undefined : problems;
}

/** What a plugin gave as a list of problems, as one; undefined where it is none. */
export function readProblems(value: unknown): readonly Problem[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.every(isProblem) ? value : undefined;
}

function isProblem(value: unknown): value is Problem {
  const { path, message } = (value ?? {}) as { readonly path?: unknown; readonly message?: unknown };
  if (typeof message !== "string" || !Array.isArray(path)) return false;
  return path.every((part) => typeof part === "string" || typeof part === "number");
}

/** What keeps a plugin's schema from being compiled. */
function unusableSchema(schema: JsonSchema | undefined): string | undefined {
  if (schema === undefined) return undefined;
  try {
    schemaValidator(schema)({});
    return undefined;
  } catch (error) {
    return isConfigError(error) ? undefined : errorText(error);
  }
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function describe(value: unknown): string {
  return value === undefined ? "nothing" : value === null ? "null" : `a ${typeof value}`;
}
