import { type Agent, get, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** What a web server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** The server has said that it closes the connection after this answer. */
  readonly closes: boolean;
}

/** Where to ask, and how long to wait. */
export interface HttpRequestOptions {
  readonly port: number;
  readonly host?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** False (the default): a connection for this request alone. */
  readonly agent?: Agent | false;
  /** Milliseconds until the answer must be whole; default 5,000. */
  readonly timeoutMs?: number;
  /** Called with the connection that carries the request. */
  readonly onSocket?: (socket: Socket) => void;
}

/** One GET. Rejects where no whole answer came, saying how far it got. */
export function httpGet(options: HttpRequestOptions): Promise<HttpAnswer> {
  const { port, host = "127.0.0.1", path = "/", headers = {}, agent = false, timeoutMs = 5_000 } = options;
  return new Promise((resolve, reject) => {
    let stage = "connecting";
    const fail = (error: Error): void => reject(new Error(`${error.message} (${stage})`, { cause: error }));
    const request = get({ host, port, path, agent, headers }, (response) => {
      stage = "reading the answer";
      readAnswer(response).then(resolve, fail);
    });
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    request.once("socket", (socket) => {
      options.onSocket?.(socket);
      if (socket.connecting) socket.once("connect", () => (stage = "waiting for the answer"));
      else stage = "waiting for the answer on a kept connection";
    });
    request.once("error", fail);
    request.once("close", () => clearTimeout(timer));
  });
}

function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (part: string) => {
      body += part;
    });
    response.once("error", reject);
    response.once("end", () =>
      resolve({ status: response.statusCode ?? 0, body, closes: response.headers.connection === "close" }),
    );
  });
}
