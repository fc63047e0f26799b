import type { Node } from "./topology.js";

/** What differs at one name between two lists of nodes. */
export interface NodeChange {
  readonly name: string;
  /** As it was; undefined: it was not there. */
  readonly before: Node | undefined;
  /** As it is; undefined: it is gone. */
  readonly after: Node | undefined;
}

/** What differs between two lists of nodes, both by name, as `Cluster.nodes` is. A node that has not changed is the same
 * object in both, so that this compares references alone, and what follows costs work for the changes. */
export function nodeChanges(before: readonly Node[], after: readonly Node[]): readonly NodeChange[] {
  const changes: NodeChange[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, now] = [before[i], after[j]];
    if (old !== undefined && old === now) {
      i++;
      j++;
    } else if (now === undefined || (old !== undefined && old.name < now.name)) {
      changes.push({ name: old?.name ?? "", before: old, after: undefined });
      i++;
    } else if (old === undefined || now.name < old.name) {
      changes.push({ name: now.name, before: undefined, after: now });
      j++;
    } else {
      changes.push({ name: now.name, before: old, after: now });
      i++;
      j++;
    }
  }
  return changes;
}
