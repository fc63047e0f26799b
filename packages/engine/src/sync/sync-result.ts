import type { Change, SyncResult } from "@lighthouse-sd/core";
import { isMapping } from "../is-mapping.js";

const KINDS = ["file", "runtime", "reload"];
type Fields = Readonly<Record<string, unknown>>;

/** What a plugin's syncFile gave, or the first thing in it that breaks the contract. */
export function readSyncResult(value: unknown): SyncResult | { readonly broken: string } {
  const broken = firstFault(value);
  return broken === undefined
    ? (value as SyncResult)
    : { broken: `syncFile gave a result that breaks the contract: ${broken}` };
}

/** What a plugin's plan gave, or the first thing in it that breaks the contract. */
export function readPlan(value: unknown): readonly Change[] | { readonly broken: string } {
  const broken = Array.isArray(value)
    ? firstOf(value, "changes", plannedFault)
    : `it must be a list, is ${kindOf(value)}`;
  if (broken === undefined) return value as readonly Change[];
  return { broken: `plan gave a result that breaks the contract: ${broken}` };
}

function plannedFault(change: Fields): string | undefined {
  const { diff } = change;
  return diff === undefined || typeof diff === "string"
    ? changeFault(change)
    : `has a diff that is no text but ${kindOf(diff)}`;
}

function firstFault(value: unknown): string | undefined {
  if (!isMapping(value)) return `it must be an object, is ${kindOf(value)}`;
  const { converged, changes, problems, syncAgainMs } = value;
  if (typeof converged !== "boolean") return `converged must be true or false, is ${kindOf(converged)}`;
  if (!Array.isArray(changes)) return `changes must be a list, is ${kindOf(changes)}`;
  if (problems !== undefined && !Array.isArray(problems)) return `problems must be a list, is ${kindOf(problems)}`;
  if (syncAgainMs !== undefined && !(typeof syncAgainMs === "number" && syncAgainMs >= 0)) {
    return `syncAgainMs must be milliseconds from 0, is ${typeof syncAgainMs === "number" ? syncAgainMs : kindOf(syncAgainMs)}`;
  }
  return firstOf(changes, "changes", changeFault) ?? firstOf(problems ?? [], "problems", problemFault);
}

function firstOf(
  list: readonly unknown[],
  name: string,
  faultOf: (entry: Fields) => string | undefined,
): string | undefined {
  for (const [index, entry] of list.entries()) {
    const fault = isMapping(entry) ? faultOf(entry) : `must be an object, is ${kindOf(entry)}`;
    if (fault !== undefined) return `${name}[${index}] ${fault}`;
  }
  return undefined;
}

function changeFault({ kind, target, action, code, repair }: Fields): string | undefined {
  if (!KINDS.includes(String(kind))) return `has a kind that is none of ${KINDS.join(", ")}`;
  if (typeof target !== "string") return `has a target that is no text but ${kindOf(target)}`;
  if (typeof action !== "string") return `has an action that is no text but ${kindOf(action)}`;
  if (code !== undefined && typeof code !== "string") return `has a code that is no text but ${kindOf(code)}`;
  return repair === undefined || typeof repair === "boolean"
    ? undefined
    : `has a repair that is neither true nor false`;
}

function problemFault({ cluster, path, message }: Fields): string | undefined {
  if (cluster !== null && typeof cluster !== "string") return `has a cluster that is neither a name nor null`;
  if (typeof message !== "string") return `has a message that is no text but ${kindOf(message)}`;
  const isPath = Array.isArray(path) && path.every((part) => typeof part === "string" || typeof part === "number");
  return isPath ? undefined : "has a path that is no list of keys and indices";
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}
