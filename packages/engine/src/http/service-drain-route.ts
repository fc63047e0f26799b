import type { ServiceDrainRequest } from "../reporter/service-drains.js";
import { decodedPart } from "./drain-route.js";

/** What a request to drain a service or take it back looks like: `POST …/drain`, `DELETE …/drain`. */
export interface ServiceDrainRoute {
  readonly allow: string;
  /** Undefined: the method is none of those. */
  readonly request: ServiceDrainRequest | undefined;
}

const FORM = /^\/api\/v1\/services\/([^/]+)\/drain$/;

/** Reads a request line; undefined: it is about something else. `path` is without a query. */
export function serviceDrainRoute(method: string, path: string): ServiceDrainRoute | undefined {
  const [, service] = FORM.exec(path) ?? [];
  if (service === undefined) return undefined;
  const drained = new Map([
    ["POST", true],
    ["DELETE", false],
  ]).get(method);
  const allow = "POST, DELETE";
  return { allow, request: drained === undefined ? undefined : { service: decodedPart(service), drained } };
}
