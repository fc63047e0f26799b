import { keptToken } from "./token.js";

/** How a request has ended. */
export type Reply<T> =
  | { readonly kind: "answer"; readonly value: T }
  /** It wants a token, or a better one. */
  | { readonly kind: "token"; readonly message: string }
  /** It said no. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  | { readonly kind: "unreachable"; readonly message: string };

/** An answer that takes longer counts as none, in milliseconds. */
const PATIENCE_MS = 15_000;

/** Asks the runner for JSON, or has it change something (`POST`), with the token that is kept or another one. Never
 * rejects. */
export async function askRunner<T>(
  path: string,
  method: "GET" | "POST" = "GET",
  token: string | undefined = keptToken(),
): Promise<Reply<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: headersOf(method, token),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (response.ok) return { kind: "answer", value: JSON.parse(text) as T };
    const message = saidIn(text) ?? `HTTP ${response.status}`;
    return response.status === 401 ? { kind: "token", message } : { kind: "refused", status: response.status, message };
  } catch (error) {
    return { kind: "unreachable", message: error instanceof Error ? error.message : String(error) };
  }
}

/** The headers of a request: the token, and for changes the header that no page of another site can send. */
export function headersOf(method: "GET" | "POST", token: string | undefined): Record<string, string> {
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(method === "POST" && { "x-lighthouse-request": "page" }),
  };
}

/** The path of something about a cluster, or about a node of it. */
export function clusterPath(cluster: string, what: "explain" | "release", node?: string): string {
  const whole = `/api/v1/clusters/${encodeURIComponent(cluster)}`;
  return node === undefined ? `${whole}/${what}` : `${whole}/nodes/${encodeURIComponent(node)}/${what}`;
}

/** What a refusal says; undefined: nothing that we understand. */
function saidIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    return typeof error === "string" ? error : undefined;
  } catch {
    return text.trim().slice(0, 300) || undefined;
  }
}
