import type { PageAccess } from "@lighthouse-sd/page";
import type { Answer } from "./answer.js";
import { json, text } from "./answer.js";

/** What a request shows of who sent it. */
export interface Access {
  /** Its Host header names us. */
  readonly knownHost: boolean;
  /** It came over the unix socket, which only the runner's user can open. */
  readonly overSocket: boolean;
  /** It came in at an address that others than this host can reach. */
  readonly remote: boolean;
  /** Its token: `unset`: there is no token file; `missing`: it brings none; or as the token file has it. */
  readonly token: "unset" | "missing" | "good" | "bad";
  /** It has the header that no page of another site can send without asking us first. */
  readonly ownHeader: boolean;
  /** No browser says that it comes from a page of another site. */
  readonly sameOrigin: boolean;
}

/** The header of requests that change something. */
export const OWN_HEADER = "x-lighthouse-request";

const NOT_HERE =
  "changes are taken over the unix socket in the runner's state directory, or with the token of http.token_file: use --state-dir in place of --url, or --token-file";
const NEEDS_TOKEN =
  "this needs the token of the runner's token file, as 'Authorization: Bearer <token>' (--token-file)";
const WRONG_TOKEN = "the token is not the one in the runner's token file";
const NOT_OWN = `changes need the header ${OWN_HEADER} and, from a browser, a page of this very address`;

/** Why a request is not answered; undefined: it is. `open`: says nothing that others must not know; `read`: the state of
 * things; `change`: it changes something. */
export function refusal(access: Access, need: "open" | "read" | "change"): Answer | undefined {
  const { knownHost, overSocket, remote, token } = access;
  if (token === "bad") return unauthorized(WRONG_TOKEN);
  if (token !== "good" && !remote && !knownHost) {
    return text(421, "This Host name is not answered here; ask for localhost or 127.0.0.1.\n");
  }
  if (overSocket || need === "open") return undefined;
  if (need === "read") return remote && token !== "good" ? unauthorized(NEEDS_TOKEN) : undefined;
  if (token === "unset") return json(403, { error: NOT_HERE });
  if (token === "missing") return unauthorized(NEEDS_TOKEN);
  return access.ownHeader && access.sameOrigin ? undefined : json(403, { error: NOT_OWN });
}

/** True: the request may be told of the state of things, not only whether all is well. */
export function mayRead(access: Access): boolean {
  return refusal(access, "read") === undefined;
}

/** Tells a page what it may do, before it asks a person for a token. */
export function accessAnswer(access: Access): Answer {
  const { overSocket, token } = access;
  const change = overSocket || token === "good" ? "yes" : token === "unset" ? "socket" : "token";
  return json(200, { read: mayRead(access), change } satisfies PageAccess);
}

function unauthorized(error: string): Answer {
  return { ...json(401, { error }), headers: { "www-authenticate": 'Bearer realm="lighthouse"' } };
}
