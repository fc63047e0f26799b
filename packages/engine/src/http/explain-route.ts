import type { ExplainRequest } from "../explain/explanation.js";
import { decodedPart } from "./drain-route.js";

const FORM = /^\/api\/v1\/clusters\/([^/]+)(?:\/nodes\/([^/]+))?\/explain$/;

/** Reads the path of a request for an explanation; undefined: it is about something else. */
export function explainRoute(path: string): ExplainRequest | undefined {
  const [, cluster, node] = FORM.exec(path) ?? [];
  if (cluster === undefined) return undefined;
  return { cluster: decodedPart(cluster), node: node === undefined ? undefined : decodedPart(node) };
}
