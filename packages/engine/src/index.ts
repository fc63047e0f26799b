export type { Bundle } from "./cli/bundle.js";
export { endProcess } from "./cli/end-process.js";
export { runProgramLine } from "./cli/program.js";
export type { BuiltInPlugin } from "./plugins/built-in-plugin.js";
export type { PackageFields } from "./plugins/plugin-manifest.js";
