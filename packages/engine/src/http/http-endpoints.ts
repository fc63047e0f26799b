import { rm } from "node:fs/promises";
import { formatAddress, type Logger } from "@lighthouse-sd/core";
import type { Clock } from "../clock.js";
import { errorText } from "../error-text.js";
import type { AnswerSource } from "./answer-request.js";
import { type HttpServer, serveState } from "./http-server.js";
import { parseListenAddress } from "./listen-address.js";
import { TokenFile } from "./token-file.js";

/** The longest path of a unix socket, in bytes. */
const LONGEST_SOCKET_PATH = 107;

/** The places where the runner's state is answered: a loopback address, which can change, and unix sockets. Neither is
 * needed for the runner's work: what cannot be opened is a warning. */
export class HttpEndpoints {
  readonly #log: Logger;
  readonly #source: AnswerSource;
  readonly #clock: Clock;
  #listen: string | undefined;
  #server: HttpServer | undefined;
  #sockets: readonly { readonly server: HttpServer; readonly path: string }[] = [];
  #work: Promise<void> = Promise.resolve();

  constructor(log: Logger, clock: Clock, source: AnswerSource) {
    this.#log = log;
    this.#clock = clock;
    this.#source = source;
  }

  /** Answers at `address` (`127.0.0.1:9470`, or `off`) from now on, and nowhere else; with a token file (an absolute path)
   * more to those who show its token. */
  listen(address: string, tokenFile?: string): Promise<void> {
    const listen = JSON.stringify([address, tokenFile]);
    if (listen === this.#listen) return this.#work;
    this.#listen = listen;
    this.#work = this.#work.then(() => this.#move(address, tokenFile));
    return this.#work;
  }

  /** Answers on a unix socket too, which only this user can open. What is left there of an earlier runner is replaced:
   * the caller holds the state directory's lock. */
  async listenOnSocket(path: string): Promise<void> {
    if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
      this.#log.warn(
        `no socket at ${path}: its path has more than ${LONGEST_SOCKET_PATH} bytes; use a shorter --state-dir`,
      );
      return;
    }
    try {
      await rm(path, { force: true });
      const server = await withPrivateMode(() => serveState({ path }, this.#source, this.#clock));
      this.#sockets = [...this.#sockets, { server, path }];
    } catch (error) {
      this.#log.warn(`no socket at ${path}: ${errorText(error)}`);
    }
  }

  /** The port that is answered on; undefined: none. */
  port(): number | undefined {
    return this.#server?.port;
  }

  async close(): Promise<void> {
    await this.#work;
    const sockets = this.#sockets;
    await Promise.all([this.#server?.close(), ...sockets.map(({ server }) => server.close())]);
    for (const { path } of sockets) await rm(path, { force: true });
    this.#server = undefined;
    this.#sockets = [];
  }

  async #move(address: string, tokenFile: string | undefined): Promise<void> {
    const place = parseListenAddress(address, tokenFile !== undefined);
    if (place !== "off" && "wrong" in place) return this.#log.error(`no HTTP: http.listen ${place.wrong}`);
    const before = this.#server;
    this.#server = undefined;
    await before?.close();
    if (place === "off") return;
    try {
      const token = tokenFile === undefined ? undefined : new TokenFile(tokenFile, this.#log, this.#clock);
      await token?.look();
      this.#server = await serveState({ ...place, token }, this.#source, this.#clock);
      this.#log.info(`answers HTTP at http://${formatAddress(place.host, this.#server.port)}`);
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      const why = taken ? "the port is taken by another process" : errorText(error);
      this.#log.warn(
        `no HTTP at ${formatAddress(place.host, place.port)}: ${why}; everything else goes on. Set http.listen in runner.yaml, or --http`,
      );
    }
  }
}

/** The socket's file is made while `listen` is called, with the mode that the process would give it. */
function withPrivateMode<T>(listen: () => T): T {
  const before = process.umask(0o177);
  try {
    return listen();
  } finally {
    process.umask(before);
  }
}
