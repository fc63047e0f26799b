import { decodedPart } from "./drain-route.js";

/** What a request to let nodes go that are held looks like: `POST …/release`. */
export interface ReleaseRoute {
  readonly allow: string;
  /** The cluster's name; undefined: the method is another one. */
  readonly cluster: string | undefined;
}

const FORM = /^\/api\/v1\/clusters\/([^/]+)\/release$/;

/** Reads a request line; undefined: it is about something else. `path` is without a query. */
export function releaseRoute(method: string, path: string): ReleaseRoute | undefined {
  const [, cluster] = FORM.exec(path) ?? [];
  if (cluster === undefined) return undefined;
  return { allow: "POST", cluster: method === "POST" ? decodedPart(cluster) : undefined };
}
