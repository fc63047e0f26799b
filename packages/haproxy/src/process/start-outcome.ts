import type { CheckMessage } from "../check/parse-messages.js";

/** How an attempt to have HAProxy load its file ended: the new process answers, or what it said. */
export type StartOutcome =
  | { readonly ok: true; readonly pid: number }
  | { readonly ok: false; readonly messages: readonly CheckMessage[] };

/** An outcome without a place in the configuration. */
export function failed(text: string): StartOutcome {
  return { ok: false, messages: [{ text }] };
}
