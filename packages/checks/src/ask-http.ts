import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import { request as requestTls } from "node:https";

/** The most of a body that is read, in bytes. */
export const BODY_LIMIT = 65_536;

/** An answer, as far as it was wanted. */
export interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  /** Whether the body contains the text that was looked for; undefined where none was, or the status was not wanted. */
  readonly contains: boolean | undefined;
}

/** A request on a connection of its own. */
export interface HttpQuestion {
  readonly options: RequestOptions;
  readonly tls: boolean;
  /** Which answers' bodies are read. */
  accepts(status: number): boolean;
  /** The text looked for in the body. */
  readonly body: string | undefined;
}

/** How far a request has got, and its connection. */
export interface HttpProgress {
  stage: string;
  request: ClientRequest | undefined;
}

/** Asks, and reads no more of the answer than is needed. Whoever calls closes the connection. */
export async function askHttp(question: HttpQuestion, progress: HttpProgress): Promise<HttpAnswer> {
  const response = await headOf(question, progress);
  const { statusCode: status = 0, statusMessage: reason = "" } = response;
  if (question.body === undefined || !question.accepts(status)) return { status, reason, contains: undefined };
  progress.stage = "reading the body of the answer";
  return { status, reason, contains: await contains(response, question.body) };
}

function headOf({ options, tls }: HttpQuestion, progress: HttpProgress): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = (tls ? requestTls : request)({ ...options, agent: false });
    progress.request = asked;
    asked.once("socket", (socket) => {
      socket.once(tls ? "secureConnect" : "connect", () => {
        progress.stage = "waiting for the answer";
      });
    });
    asked.on("error", reject);
    asked.once("response", resolve);
    asked.once("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response);
    });
    asked.end();
  });
}

/** Looks through the first 64 KiB. */
async function contains(response: IncomingMessage, wanted: string): Promise<boolean> {
  const bytes = Buffer.from(wanted);
  let body = Buffer.alloc(0);
  for await (const part of response as AsyncIterable<Buffer>) {
    body = Buffer.concat([body, part]).subarray(0, BODY_LIMIT);
    if (body.includes(bytes)) return true;
    if (body.length === BODY_LIMIT) return false;
  }
  return false;
}
