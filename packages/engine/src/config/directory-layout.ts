import { type JsonSchema, nearestWord } from "@lighthouse-sd/core";

/** What a file of the configuration directory is about. */
export type FileKind = "runner" | "logging" | "discovery" | "balancer" | "cluster" | "service";

/** A place for one file, whichever of the two endings it has: `clusters/web`. */
export interface FileSlot {
  readonly slot: string;
  readonly kind: FileKind;
  /** The name without folder and ending. */
  readonly base: string;
  /** With `/` and relative to the configuration directory: `clusters/web.yaml`. */
  readonly file: string;
}

/** The folders of a configuration directory; "" is the directory itself. */
export const FOLDERS: readonly string[] = ["", "balancers", "discovery", "clusters", "services"];

const FOLDER_KINDS: ReadonlyMap<string, FileKind> = new Map([
  ["balancers", "balancer"],
  ["discovery", "discovery"],
  ["clusters", "cluster"],
  ["services", "service"],
]);
const TOP_FILES: ReadonlyMap<string, FileKind> = new Map([
  ["runner", "runner"],
  ["logging", "logging"],
]);
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const LONGEST_NAME = 200;

/** True for a name that files, instances and clusters may have. */
export function isName(name: string): boolean {
  return NAME.test(name) && name.length <= LONGEST_NAME;
}

/** What `isName` asks for, in words. */
export const NAME_RULE: string = "a name of letters, digits, dots, _ and - that does not begin with a dot";

/** What `isName` asks for, of a key in a file. */
export const NAME_SCHEMA: JsonSchema = {
  type: "string",
  pattern: NAME.source,
  maxLength: LONGEST_NAME,
  expects: NAME_RULE,
};

/** What one entry of a folder is. */
export type Entry =
  | { readonly role: "file"; readonly at: FileSlot }
  | { readonly role: "ignored" }
  | { readonly role: "problem" | "notice"; readonly file: string; readonly message: string };

const IGNORED: Entry = { role: "ignored" };

/** What the entry `name` of a folder is. Hidden files, backups (`~`) and whatever is no YAML file are not looked at. */
export function classify(folder: string, name: string): Entry {
  const match = /^(.*)\.ya?ml$/.exec(name);
  if (name.startsWith(".") || match === null) return folder === "" ? classifyFolder(name) : IGNORED;
  const base = match[1] ?? "";
  const file = folder === "" ? name : `${folder}/${name}`;
  const kind = folder === "" ? TOP_FILES.get(base) : FOLDER_KINDS.get(folder);
  if (kind === undefined) return { role: "notice", file, message: strayFile(base) };
  if (!isName(base)) return { role: "problem", file, message: `its name must be ${NAME_RULE}, before .yaml or .yml` };
  return { role: "file", at: { slot: folder === "" ? base : `${folder}/${base}`, kind, base, file } };
}

/** Folders of other names are somebody else's (node lists, templates), unless they look like a slip of the pen. */
function classifyFolder(name: string): Entry {
  const folders = FOLDERS.slice(1);
  if (name.startsWith(".") || name.includes(".") || folders.includes(name)) return IGNORED;
  const nearest = nearestWord(name, folders);
  if (nearest === undefined) return IGNORED;
  return { role: "notice", file: name, message: `is not read; did you mean "${nearest}"?` };
}

function strayFile(base: string): string {
  const nearest = nearestWord(base, [...TOP_FILES.keys()]);
  if (nearest !== undefined) return `is not read; did you mean "${nearest}.yaml"?`;
  const folders = FOLDERS.slice(1).map((folder) => `${folder}/`);
  return `is not read; here only runner.yaml and logging.yaml are, the rest belongs into ${folders.join(", ")}`;
}

const RANK: readonly FileKind[] = ["runner", "logging", "discovery", "balancer", "cluster", "service"];

/** The order in which files are admitted: what others may stand on first, then by name. */
export function compareSlots(a: Pick<FileSlot, "kind" | "slot">, b: Pick<FileSlot, "kind" | "slot">): number {
  const byKind = RANK.indexOf(a.kind) - RANK.indexOf(b.kind);
  if (byKind !== 0) return byKind;
  return a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0;
}
