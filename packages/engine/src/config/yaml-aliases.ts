import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, visit } from "yaml";

/** How many values a file may come to when all its aliases are written out. */
const LARGEST = 100_000;

/** What each alias of a document stands for, by the alias's node. */
export type AliasTargets = ReadonlyMap<Node, Node>;

/** Something wrong with a node of a document. */
export interface NodeProblem {
  readonly node: Node;
  readonly message: string;
}

/** Resolves every alias to the anchor of its name that stands last before it. */
export function aliasTargets(document: Document): { readonly targets: AliasTargets; readonly problems: NodeProblem[] } {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  const problems: NodeProblem[] = [];
  visit(document, {
    Node: (_key, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
      else problems.push({ node, message: `the alias *${node.source} has no anchor &${node.source} before it` });
    },
  });
  return { targets, problems };
}

/** Refuses a document that its aliases make endless or huge; each alias and merge counts with all that it stands for. */
export function expansionProblem(root: Node, targets: AliasTargets): NodeProblem | undefined {
  const sizes = new Map<Node, number>();
  const open = new Set<Node>();
  let endless: Node | undefined;
  const sizeOf = (node: Node): number => {
    const known = sizes.get(node);
    if (known !== undefined) return known;
    if (open.has(node)) {
      endless ??= node;
      return 0;
    }
    open.add(node);
    let size = 1;
    for (const child of childrenOf(node, targets)) size += sizeOf(child);
    open.delete(node);
    sizes.set(node, size);
    return size;
  };
  const size = sizeOf(root);
  if (endless !== undefined) return { node: endless, message: `the anchor &${endless.anchor} contains itself` };
  if (size <= LARGEST) return undefined;
  return { node: root, message: `its aliases stand for more than ${LARGEST} values` };
}

function childrenOf(node: Node, targets: AliasTargets): readonly Node[] {
  const target = targets.get(node);
  if (target !== undefined) return [target];
  if (isSeq(node)) return node.items.filter(isNode);
  if (isMap(node)) return node.items.flatMap((pair) => [pair.key, pair.value].filter(isNode));
  return [];
}

/** True for the pair of a merge key, `<<: *defaults`. */
export function isMerge(pair: Pair): boolean {
  return isScalar(pair.key) && typeof pair.key.value === "symbol" && pair.key.value.description === "<<";
}

/** The mappings that a merge key takes in, the first counting most; undefined where its value is something else. */
export function mergeSources(pair: Pair, targets: AliasTargets): readonly Node[] | undefined {
  const value = follow(pair.value, targets);
  const sources = isSeq(value) ? value.items.map((item) => follow(item, targets)) : [value];
  return sources.every(isMap) ? sources : undefined;
}

/** The node itself, or what it stands for where it is an alias. */
export function follow(node: unknown, targets: AliasTargets): Node | undefined {
  return isNode(node) ? (targets.get(node) ?? node) : undefined;
}
