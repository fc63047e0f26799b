import { type Document, isAlias, isMap, isPair, isScalar, type Node, type Scalar, visit } from "yaml";
import { isMerge } from "./yaml-aliases.js";

/** A value written so that YAML 1.1, which Lighthouse 1.0.0 read, and YAML 1.2 take it for different things. */
export interface AmbiguousWord {
  readonly path: readonly (string | number)[];
  readonly node: Node;
  readonly word: string;
  /** What it is now, and what to write instead. */
  readonly message: string;
}

const BOOLEAN_WORD = /^(?:yes|no|on|off)$/i;
const OCTAL = /^[-+]?0[0-7]+$/;

/** Bare `yes`, `no`, `on`, `off` and numbers such as `0644`, in the order of the text. */
export function ambiguousWords(document: Document): readonly AmbiguousWord[] {
  const words: AmbiguousWord[] = [];
  visit(document, {
    Scalar: (key, node, ancestors) => {
      if (key === "key" || node.type !== "PLAIN" || node.tag !== undefined) return;
      const message = messageFor(node);
      if (message !== undefined) words.push({ path: pathTo(node, ancestors), node, word: sourceOf(node), message });
    },
  });
  return words;
}

function sourceOf(node: Scalar): string {
  return node.source ?? String(node.value);
}

function messageFor(node: Scalar): string | undefined {
  const word = sourceOf(node);
  if (BOOLEAN_WORD.test(word)) {
    const meant = /^(?:yes|on)$/i.test(word);
    return `the bare word ${word} is the text "${word}" in YAML 1.2; write ${meant}, or "${word}" in quotes`;
  }
  if (!OCTAL.test(word)) return undefined;
  return `${word} is the decimal number ${Number(word)} in YAML 1.2; write ${word.replace("0", "0o")} for an octal number, or "${word}" in quotes`;
}

/** Keys and indices from the root; a merge key's mapping counts as the mapping it is merged into. */
function pathTo(node: Node, ancestors: readonly unknown[]): readonly (string | number)[] {
  const path: (string | number)[] = [];
  const chain = [...ancestors, node];
  for (const [index, step] of chain.entries()) {
    const parent = chain[index - 1];
    if (isPair(step)) {
      if (!isMerge(step)) path.push(isScalar(step.key) ? String(step.key.value) : "");
    } else if (typeof parent === "object" && parent !== null && "items" in parent && !isMap(parent)) {
      if (!isAlias(parent)) path.push((parent.items as unknown[]).indexOf(step));
    }
  }
  return path;
}
