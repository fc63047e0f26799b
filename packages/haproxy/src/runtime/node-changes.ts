import type { Node } from "@lighthouse-sd/core";

/** A node that came, went or changed. */
export interface NodeChange {
  readonly name: string;
  /** As it is now; undefined: it is gone. */
  readonly node: Node | undefined;
}

/** What differs between two lists of nodes, both by name. A node that has not changed is the same object, so that this
 * compares references alone. */
export function nodeChanges(before: readonly Node[], after: readonly Node[]): readonly NodeChange[] {
  const changes: NodeChange[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, now] = [before[i], after[j]];
    if (old !== undefined && old === now) {
      i++;
      j++;
    } else if (now === undefined || (old !== undefined && old.name < now.name)) {
      changes.push({ name: old?.name ?? "", node: undefined });
      i++;
    } else {
      changes.push({ name: now.name, node: now });
      if (old?.name === now.name) i++;
      j++;
    }
  }
  return changes;
}
