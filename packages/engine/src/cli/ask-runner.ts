import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import { request as secureRequest } from "node:https";
import { errorText } from "../error-text.js";
import { OWN_HEADER } from "../http/access.js";

/** Where a running one answers. */
export type RunnerAddress =
  | { readonly socket: string }
  /** `token`: what lets somebody in there. */
  | { readonly url: URL; readonly token?: string | undefined };

/** What it answered. */
export interface RunnerAnswer {
  readonly status: number;
  readonly body: string;
}

/** What a question is, apart from its path. */
export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborts: the answer is no longer wanted. */
  readonly signal?: AbortSignal;
}

const LIMIT_MS = 10_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** Asks a running one. Rejects, saying what to do, where it gives no answer within 10 s. */
export async function askRunner(address: RunnerAddress, method: string, path: string): Promise<RunnerAnswer> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const answer = await openAnswer(address, path, { method, signal });
  try {
    return { status: answer.statusCode ?? 0, body: await wholeBody(answer) };
  } catch (error) {
    throw new Error(unreachable(address, signal.aborted ? signal.reason : error), { cause: error });
  }
}

/** The beginning of an answer of a running one; its body is still to be read. Rejects, saying what to do, where there is
 * none within 10 s. */
export function openAnswer(address: RunnerAddress, path: string, question: Question): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let asked: ClientRequest | undefined;
    const cancel = setTimeout(() => asked?.destroy(new DOMException("no answer", "TimeoutError")), LIMIT_MS);
    const options = { ...placeOf(address), ...question, path: `${pathBefore(address)}${path}`, agent: false };
    const isSecure = "url" in address && address.url.protocol === "https:";
    const headers = { ...headersFor(address), ...question.headers };
    asked = (isSecure ? secureRequest : request)({ ...options, headers }, (answer) => {
      clearTimeout(cancel);
      resolve(answer);
    });
    asked.on("error", (error) => {
      clearTimeout(cancel);
      reject(new Error(unreachable(address, error), { cause: error }));
    });
    asked.end();
  });
}

/** Reads an answer to its end. Rejects where it breaks off, or is far too long. */
export async function wholeBody(answer: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of answer.setEncoding("utf8")) {
    body += part;
    if (body.length > LARGEST_ANSWER) throw new Error("its answer is far too long");
  }
  return body;
}

function placeOf(address: RunnerAddress): RequestOptions {
  if ("socket" in address) return { socketPath: address.socket };
  return { host: address.url.hostname.replace(/^\[|\]$/g, ""), port: address.url.port || undefined };
}

/** A proxy may have the runner below a path of its own. */
function pathBefore(address: RunnerAddress): string {
  return "socket" in address ? "" : address.url.pathname.replace(/\/+$/, "");
}

function headersFor(address: RunnerAddress): Record<string, string> {
  if ("socket" in address) return { host: "localhost", [OWN_HEADER]: "1" };
  const { url, token } = address;
  return { host: url.host, [OWN_HEADER]: "1", ...(token !== undefined && { authorization: `Bearer ${token}` }) };
}

function unreachable(address: RunnerAddress, error: unknown): string {
  const where = "socket" in address ? address.socket : address.url.origin;
  const { code, name } = error as NodeJS.ErrnoException;
  if (name === "TimeoutError" || name === "AbortError") {
    return `the runner at ${where} did not answer within ${LIMIT_MS / 1000} s`;
  }
  switch (code) {
    case "ENOENT":
    case "ECONNREFUSED":
      return `no runner answers at ${where}: is it running, and with this state directory or address?`;
    case "EACCES":
    case "EPERM":
      return `${where} belongs to another user: run this as the user that the runner has, or as root`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return `the certificate at ${where} is not of an authority that is known here: ${errorText(error)}; name a file with that authority's own certificate in NODE_EXTRA_CA_CERTS`;
    default:
      return `the runner at ${where} gave no answer: ${errorText(error)}`;
  }
}
