import type { SetCheck, SetProblem } from "./cross-file-problems.js";
import { type DraftOf, placeProblem } from "./draft.js";
import type { FileSet } from "./file-set.js";
import { unknownDiscovery } from "./unknown-discovery.js";

/** What is wrong with one service's file beside the others, its own mistakes apart. */
export function serviceProblems(service: DraftOf<"service">, set: FileSet, check: SetCheck): readonly SetProblem[] {
  const name = service.content?.discovery;
  if (name === undefined) return [];
  const discovery = set.discoveries.get(name);
  if (discovery === undefined) {
    const { problem, involves } = unknownDiscovery(name, set, check);
    return [{ ...placeProblem(service, problem), slot: service.slot, involves }];
  }
  const plugin = discovery.content?.plugin;
  if (plugin === undefined || typeof plugin.plugin.prototype.report === "function") return [];
  const message = `services cannot be registered with the discovery "${name}": its plugin ${plugin.packageName} ${plugin.version} only reads`;
  const placed = placeProblem(service, { path: ["discovery"], message });
  return [{ ...placed, slot: service.slot, involves: [discovery.slot] }];
}
