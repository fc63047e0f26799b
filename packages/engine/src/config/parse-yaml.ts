import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLError,
} from "yaml";
import { aliasTargets, expansionProblem, isMerge, mergeSources, type NodeProblem } from "./yaml-aliases.js";
import { type Place, YamlSource } from "./yaml-source.js";
import { type AmbiguousWord, ambiguousWords } from "./yaml-words.js";

/** The largest file that is read, in bytes. */
export const LARGEST_FILE: number = 1_048_576;

/** A problem of a text, with its place in it. */
export interface PlacedProblem extends Place {
  readonly message: string;
}

/** A YAML text that is one mapping. */
export interface ParsedYaml {
  readonly value: Readonly<Record<string, unknown>>;
  readonly source: YamlSource;
  readonly words: readonly AmbiguousWord[];
}

const OPTIONS = {
  version: "1.2",
  schema: "core",
  merge: true,
  resolveKnownTags: false,
  uniqueKeys: true,
  prettyErrors: false,
  logLevel: "silent",
} as const;

/** Reads a configuration file's text: YAML 1.2 with merge keys; one document that is a mapping; no tags of its own, no
 * key twice, nothing that its aliases make endless or huge. All problems at once. */
export function parseYaml(text: string): ParsedYaml | { readonly problems: readonly PlacedProblem[] } {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...OPTIONS, lineCounter: lines });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = (offset: number, message: string): PlacedProblem => ({ ...place(offset), message });
  const [document, second] = documents;
  if (document === undefined) return { problems: [problem(0, emptyFile(text))] };
  const syntax = documents.flatMap((each) => [...each.errors, ...each.warnings]);
  const problems = syntax.map((error) => problem(error.pos[0], syntaxMessage(error, text)));
  if (second !== undefined) {
    problems.push(problem(second.range?.[0] ?? 0, "a second document begins here; a file holds one"));
  }
  if (problems.length > 0) return { problems: distinct(problems) };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return { problems: [problem(0, emptyFile(text))] };
  }
  return readMapping(document, contents, lines, problem);
}

function readMapping(
  document: Document,
  contents: Node,
  lines: LineCounter,
  problem: (offset: number, message: string) => PlacedProblem,
): ParsedYaml | { readonly problems: readonly PlacedProblem[] } {
  const { targets, problems } = aliasTargets(document);
  const placed = (all: readonly NodeProblem[]): { problems: readonly PlacedProblem[] } => ({
    problems: all.map(({ node, message }) => problem(node.range?.[0] ?? 0, message)),
  });
  const root = targets.get(contents) ?? contents;
  if (!isMap(root)) return placed([{ node: contents, message: "must be a mapping of keys to values" }]);
  problems.push(...keyProblems(document, targets));
  const expansion = problems.length > 0 ? undefined : expansionProblem(root, targets);
  if (expansion !== undefined) problems.push(expansion);
  if (problems.length > 0) return placed(problems);
  const source = new YamlSource(root, targets, lines);
  // Bounded above by what the aliases stand for, which their number alone does not tell.
  const value = document.toJS({ maxAliasCount: -1 }) as Readonly<Record<string, unknown>>;
  return { value, source, words: ambiguousWords(document) };
}

function keyProblems(document: Document, targets: ReadonlyMap<Node, Node>): readonly NodeProblem[] {
  const problems: NodeProblem[] = [];
  visit(document, {
    Pair: (_key, pair) => {
      if (!isNode(pair.key)) return;
      if (!isScalar(pair.key)) problems.push({ node: pair.key, message: "a key must be a plain value" });
      if (isMerge(pair) && mergeSources(pair, targets) === undefined) {
        problems.push({ node: pair.key, message: "<< must be a mapping, an alias of one, or a list of such aliases" });
      }
    },
  });
  return problems;
}

function emptyFile(text: string): string {
  return text.trim() === "" ? "the file is empty" : "the file holds nothing but comments";
}

function syntaxMessage(error: YAMLError, text: string): string {
  switch (error.code) {
    case "DUPLICATE_KEY":
      return `the key ${keyAt(text, error.pos[0])} is there twice in one mapping`;
    case "TAG_RESOLVE_FAILED":
      return `${error.message.replace(/^Unresolved tag: /, "the tag ")} is not taken; write plain values`;
    default:
      return `is not YAML: ${error.message}`;
  }
}

function keyAt(text: string, offset: number): string {
  return `"${/^["']?([^\s:"']*)/.exec(text.slice(offset, offset + 80))?.[1] ?? ""}"`;
}

/** One slip often makes the parser stumble twice at one place. */
function distinct(problems: readonly PlacedProblem[]): readonly PlacedProblem[] {
  const seen = new Set<number>();
  return problems.filter(({ line }) => !seen.has(line) && seen.add(line));
}
