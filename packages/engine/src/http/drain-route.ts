import type { DrainRequest } from "../drains/decide-drain.js";

/** What a request to drain a node or take it back looks like: `POST …/drain`, `DELETE …/drain`, `POST …/undrain`. */
export interface DrainRoute {
  readonly allow: string;
  /** Undefined: the method is none of those. */
  readonly request: DrainRequest | undefined;
}

const FORM = /^\/api\/v1\/clusters\/([^/]+)\/nodes\/([^/]+)\/(drain|undrain)$/;

/** Reads a request line; undefined: it is about something else. `path` is without a query. */
export function drainRoute(method: string, path: string): DrainRoute | undefined {
  const [, cluster, node, word] = FORM.exec(path) ?? [];
  if (cluster === undefined || node === undefined) return undefined;
  const wanted = word === "drain" ? { POST: true, DELETE: false } : { POST: false };
  const drained = new Map(Object.entries(wanted)).get(method);
  const allow = Object.keys(wanted).join(", ");
  if (drained === undefined) return { allow, request: undefined };
  return { allow, request: { cluster: decodedPart(cluster), node: decodedPart(node), drained } };
}

/** A part of a path. What is no percent-encoding stands for itself. */
export function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
