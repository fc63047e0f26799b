import { isMap, isScalar, isSeq, type LineCounter, type Node } from "yaml";
import type { SourceMap } from "./configuration.js";
import { type AliasTargets, follow, isMerge, mergeSources } from "./yaml-aliases.js";

/** A place in a text; lines and columns from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

interface Child {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** Where the values of a parsed YAML file stand. What came through an alias or a merge key is looked for in the
 * mapping that was taken in; a value that is itself an alias stands where the alias is. */
export class YamlSource implements SourceMap {
  readonly #root: Node;
  readonly #targets: AliasTargets;
  readonly #lines: LineCounter;

  constructor(root: Node, targets: AliasTargets, lines: LineCounter) {
    this.#root = root;
    this.#targets = targets;
    this.#lines = lines;
  }

  locate(path: readonly (string | number)[], atKey = false): Place {
    let node = this.#root;
    let key: Node | undefined;
    for (const [index, part] of path.entries()) {
      const child = this.#child(node, part);
      if (child?.value === undefined) return this.place(child?.key ?? key ?? node);
      const last = index === path.length - 1;
      key = child.key;
      node = child.value;
      if (last && atKey && key !== undefined) return this.place(key);
    }
    return this.place(node);
  }

  /** Where a node begins. */
  place(node: Node): Place {
    const { line, col } = this.#lines.linePos(node.range?.[0] ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #child(parent: Node, part: string | number): Child | undefined {
    const node = follow(parent, this.#targets);
    if (isSeq(node)) {
      const item = typeof part === "number" ? node.items[part] : undefined;
      return item === undefined ? undefined : { key: undefined, value: item as Node };
    }
    return isMap(node) ? this.#member(node, String(part)) : undefined;
  }

  #member(map: Node, name: string): Child | undefined {
    if (!isMap(map)) return undefined;
    const own = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === name && !isMerge(pair));
    if (own !== undefined) return { key: own.key as Node, value: (own.value as Node | null) ?? undefined };
    for (const merge of map.items.filter(isMerge)) {
      for (const source of mergeSources(merge, this.#targets) ?? []) {
        const inherited = this.#member(source, name);
        if (inherited !== undefined) return inherited;
      }
    }
    return undefined;
  }
}
