import type { PluginKind } from "@lighthouse-sd/core";

/** What each kind's class must have. Beside them `validateDependencies`, `validateConfig`, `applyConfig` of all. */
const METHODS: Readonly<Record<PluginKind, readonly string[]>> = {
  balancer: ["syncFile"],
  discovery: ["watch"],
  check: ["perform"],
};
const SCHEMAS: Readonly<Record<PluginKind, readonly string[]>> = {
  balancer: ["configSchema", "clusterSchema"],
  discovery: ["configSchema"],
  check: ["configSchema"],
};

/** What keeps the default export of a module from being a plugin of `kind`; empty: nothing. Goes by marks and members
 * alone, since a plugin may stand on another copy of core. */
export function shapeProblems(kind: PluginKind, exported: unknown): readonly string[] {
  if (typeof exported !== "function") return [`its default export must be a class, got ${typeof exported}`];
  const plugin = exported as unknown as Record<string, unknown> & { readonly prototype?: Record<string, unknown> };
  if (plugin["kind"] !== kind) {
    return [`static kind must be "${kind}", got ${JSON.stringify(plugin["kind"]) ?? "nothing"}`];
  }
  const missing: string[] = [];
  for (const name of SCHEMAS[kind]) if (!isObject(plugin[name])) missing.push(`static ${name}`);
  for (const name of ["validateDependencies", "validateConfig"]) {
    if (typeof plugin[name] !== "function") missing.push(`static ${name}()`);
  }
  for (const name of ["applyConfig", ...METHODS[kind]]) {
    if (typeof plugin.prototype?.[name] !== "function") missing.push(`${name}()`);
  }
  return missing.length === 0 ? [] : [`it lacks ${missing.join(", ")}`];
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
