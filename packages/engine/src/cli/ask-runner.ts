import { request } from "node:http";
import { errorText } from "../error-text.js";

/** Where a running one answers. */
export type RunnerAddress = { readonly socket: string } | { readonly url: URL };

/** What it answered. */
export interface RunnerAnswer {
  readonly status: number;
  readonly body: string;
}

const LIMIT_MS = 10_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** Asks a running one. Rejects, saying what to do, where it gives no answer within 10 s. */
export function askRunner(address: RunnerAddress, method: string, path: string): Promise<RunnerAnswer> {
  const target =
    "socket" in address
      ? { socketPath: address.socket, headers: { host: "localhost" } }
      : { host: address.url.hostname.replace(/^\[|\]$/g, ""), port: address.url.port || 80 };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(new Error(unreachable(address, error), { cause: error }));
    const asked = request(
      { ...target, method, path, agent: false, signal: AbortSignal.timeout(LIMIT_MS) },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          body += part;
          if (body.length > LARGEST_ANSWER) asked.destroy(new Error("its answer is far too long"));
        });
        answer.on("error", fail).on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
      },
    );
    asked.on("error", fail).end();
  });
}

function unreachable(address: RunnerAddress, error: unknown): string {
  const where = "socket" in address ? address.socket : address.url.origin;
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
    case "ECONNREFUSED":
      return `no runner answers at ${where}: is it running, and with this state directory or address?`;
    case "EACCES":
    case "EPERM":
      return `${where} belongs to another user: run this as the user that the runner has, or as root`;
    case "ABORT_ERR":
      return `the runner at ${where} did not answer within ${LIMIT_MS / 1000} s`;
    default:
      return `the runner at ${where} gave no answer: ${errorText(error)}`;
  }
}
