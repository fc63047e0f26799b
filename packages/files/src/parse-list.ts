import { isAlias, isCollection, isNode, LineCounter, parseDocument, visit } from "yaml";
import { jsonErrorOffset } from "./json-error-offset.js";
import { TextProblem } from "./text-problem.js";

/** Aliases in one file; the time to follow them grows with their square. */
const MAX_ALIAS_NODES = 2000;
/** How often one file's aliases may be expanded, nested ones multiplied. */
const MAX_ALIASES = 100_000;

/** The entries of a list in a file, raw. Throws TextProblem for what is no list. */
export function parseList(file: string, text: string): readonly unknown[] {
  const value = file.endsWith(".json") ? parseJson(text) : parseYaml(text);
  if (Array.isArray(value)) return value;
  throw new TextProblem(`must hold a list of nodes ([] for none), found ${nameOf(value, text)}`);
}

/** Whether `text` is a JSON document of which no beginning is one: a list or an object, not a number. */
export function isJsonDocument(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object" && /^\s*[[{]/.test(text);
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = jsonErrorOffset(text);
    const found = offset === undefined ? (error as Error).message : foundAt(text, offset);
    throw new TextProblem(`is not JSON: ${found}`, offset);
  }
}

function foundAt(text: string, offset: number): string {
  return offset >= text.length
    ? "it ends too early"
    : `${JSON.stringify(text.slice(offset, offset + 20))} cannot stand here`;
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: true,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: "error",
    lineCounter: new LineCounter(),
  });
  // A tag that is not known is a warning to the library; what it would have meant is lost.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw new TextProblem(`is not usable YAML: ${problem.message}`, problem.pos[0]);
  refuseWhatJsonHasNot(document);
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new TextProblem(`is not usable YAML: ${(error as Error).message}`);
  }
}

/** Keys that are collections, and aliases that lead nowhere or into themselves. */
function refuseWhatJsonHasNot(document: ReturnType<typeof parseDocument>): void {
  const anchors = new Set<string>();
  let aliases = 0;
  visit(document, (key, node, path) => {
    if (isAlias(node)) {
      aliases += 1;
      if (aliases > MAX_ALIAS_NODES) {
        throw new TextProblem(`has more than ${MAX_ALIAS_NODES} aliases; write such a list as JSON`, node.range?.[0]);
      }
      const inside = path.some((parent) => isNode(parent) && "anchor" in parent && parent.anchor === node.source);
      const wrong = inside ? "leads into itself" : "has no anchor before it";
      if (inside || !anchors.has(node.source))
        throw new TextProblem(`is not usable YAML: the alias *${node.source} ${wrong}`, node.range?.[0]);
    } else if (isNode(node)) {
      if (node.anchor !== undefined) anchors.add(node.anchor);
      if (key === "key" && isCollection(node))
        throw new TextProblem("is not usable YAML: a key must not be a list or mapping", node.range?.[0]);
    }
  });
}

function nameOf(value: unknown, text: string): string {
  if (value === null || value === undefined)
    return text.trim() === "" ? "an empty file" : "nothing but comments or null";
  return typeof value === "object" ? "a mapping" : `a ${typeof value}`;
}
