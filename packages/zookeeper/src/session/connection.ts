import { connect, type Socket } from "node:net";
import { FrameReader } from "../wire/frame-reader.js";
import { type Grant, handshakeFrame, readGrant, type SessionTicket } from "../wire/handshake.js";
import { JuteReader } from "../wire/jute-reader.js";
import { JuteWriter } from "../wire/jute-writer.js";
import type { Operation } from "../wire/operations.js";
import { readWatchEvent, type WatchEvent } from "../wire/watch-event.js";
import { ConnectionLost, ProtocolError, ZooKeeperError } from "../wire/zookeeper-error.js";
import { Heartbeat } from "./heartbeat.js";
import { type ServerAddress, showServer } from "./server-address.js";

/** What a connection is opened with. */
export interface ConnectionOptions {
  readonly server: ServerAddress;
  readonly ticket: SessionTicket;
  /** Milliseconds until the server must have accepted or refused the session. */
  readonly attemptMs: number;
  readonly onEvent: (event: WatchEvent) => void;
  /** The server has told how new what it answers is. */
  readonly onZxid: (zxid: bigint) => void;
}

interface Pending {
  readonly xid: number;
  readonly operation: Operation<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What errors of the system say of a server. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses connections (ECONNREFUSED)",
  ECONNRESET: "reset the connection (ECONNRESET)",
  EPIPE: "reset the connection (EPIPE)",
  ETIMEDOUT: "cannot be reached (ETIMEDOUT)",
  EHOSTUNREACH: "cannot be reached (EHOSTUNREACH)",
  ENETUNREACH: "cannot be reached (ENETUNREACH)",
  ENOTFOUND: "has a name that is not known (ENOTFOUND)",
  EAI_AGAIN: "has a name that cannot be looked up now (EAI_AGAIN)",
};
const TURNED_AWAY =
  "closed the connection without an answer; it has no quorum, or has not seen what other servers have shown";

const EVENT = -1;
const PING = -2;
const AUTH = -4;
const PING_TYPE = 11;

/** One connection to one server, for as long as it lasts. Answers come in the order of the requests. */
export class Connection {
  /** What the server has granted; rejects where it never answered. */
  readonly opened: Promise<Grant>;
  /** Resolves when the connection is over, with the reason. */
  readonly closed: Promise<Error>;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #frames: FrameReader = new FrameReader();
  readonly #pending: Pending[] = [];
  readonly #deadline: NodeJS.Timeout;
  #grant: ((grant: Grant) => void) | undefined;
  #heartbeat: Heartbeat | undefined;
  #lastXid = 0;
  #reason: Error | undefined;
  #corked = false;
  #turnedAway = false;

  constructor(options: ConnectionOptions) {
    const { server, ticket, attemptMs } = options;
    this.#options = options;
    this.#socket = connect({ host: server.host, port: server.port, noDelay: true });
    this.#deadline = setTimeout(() => this.end(`did not answer within ${attemptMs} ms`), attemptMs);
    this.closed = new Promise((resolve) => this.#socket.once("close", () => resolve(this.#over())));
    this.opened = new Promise((resolve, reject) => {
      this.#grant = resolve;
      void this.closed.then(reject);
    });
    this.opened.catch(() => undefined);
    this.#socket.on("connect", () => this.#socket.write(handshakeFrame(ticket)));
    this.#socket.on("data", (chunk) => this.#receive(chunk));
    this.#socket.on("error", (error: NodeJS.ErrnoException) => this.end(WORDS[error.code ?? ""] ?? error.message));
  }

  /** Whether it is over, or about to be: nothing can be asked any more. */
  get ended(): boolean {
    return this.#reason !== undefined;
  }

  /** The server took the connection and closed it without a word about the session. */
  get turnedAway(): boolean {
    return this.#turnedAway;
  }

  /** Sends a request. Rejects with ConnectionLost where the connection ends before the answer, with ZooKeeperError where
   * the server refuses. */
  request<T>(operation: Operation<T>, xid: number = this.#nextXid()): Promise<T> {
    if (this.#reason !== undefined) return Promise.reject(this.#reason);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.push({ xid, operation, resolve, reject });
    });
    const writer = new JuteWriter().int(xid).int(operation.type);
    operation.write(writer);
    this.#send(writer.frame());
    return answer as Promise<T>;
  }

  /** Says who we are; what is sent later is judged by it. Where the server refuses, it ends the connection. */
  authenticate(scheme: string, secret: string): void {
    const writer = new JuteWriter().int(AUTH).int(100).int(0).text(scheme).bytes(Buffer.from(secret, "utf8"));
    this.#send(writer.frame());
  }

  /** Ends it at once. `reason` completes the sentence "ZooKeeper zk1:2181 …". Only the first counts. */
  end(reason: string): void {
    this.#reason ??= new ConnectionLost(`ZooKeeper ${showServer(this.#options.server)} ${reason}`);
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#heartbeat?.heard();
    try {
      for (const frame of this.#frames.push(chunk)) {
        if (this.#grant === undefined) this.#take(frame);
        else this.#open(readGrant(frame));
      }
    } catch (error) {
      this.end(`gives an answer that cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #open(grant: Grant): void {
    clearTimeout(this.#deadline);
    this.#grant?.(grant);
    this.#grant = undefined;
    if (grant === undefined) return;
    this.#heartbeat = new Heartbeat(grant.timeoutMs, {
      ping: () => this.#send(new JuteWriter().int(PING).int(PING_TYPE).frame()),
      silent: (milliseconds) => this.end(`has not answered for ${Math.round(milliseconds)} ms`),
    });
  }

  #take(frame: Buffer): void {
    const reader = new JuteReader(frame);
    const xid = reader.int();
    const zxid = reader.long();
    const error = reader.int();
    if (xid === PING) return;
    if (xid === EVENT) {
      const event = readWatchEvent(reader);
      if (event !== undefined) this.#options.onEvent(event);
    } else if (xid === AUTH) {
      if (error !== 0) this.end("refuses the user and password");
    } else {
      if (zxid > 0n) this.#options.onZxid(zxid);
      this.#answer(xid, error, reader);
    }
  }

  #answer(xid: number, error: number, reader: JuteReader): void {
    const pending = this.#pending.shift();
    if (pending?.xid !== xid) throw new ProtocolError("an answer came that was not asked for");
    const { operation, resolve, reject } = pending;
    if (error !== 0) {
      const refusal = new ZooKeeperError(error, operation.what);
      operation.refused?.(refusal);
      reject(refusal.endsConnection ? new ConnectionLost(refusal.message, { cause: refusal }) : refusal);
      if (refusal.endsConnection) this.end(refusal.message);
      return;
    }
    try {
      resolve(operation.read(reader));
    } catch (failure) {
      reject(failure);
      if (failure instanceof ProtocolError) throw failure;
    }
  }

  /** Requests of one moment leave in one piece. */
  #send(frame: Buffer): void {
    this.#socket.write(frame);
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }

  #over(): Error {
    clearTimeout(this.#deadline);
    this.#heartbeat?.stop();
    if (this.#reason === undefined) {
      this.#turnedAway = this.#grant !== undefined;
      this.end(this.#turnedAway ? TURNED_AWAY : "closed the connection");
    }
    const reason = this.#reason ?? new ConnectionLost("closed");
    for (const { reject } of this.#pending.splice(0)) reject(reason);
    return reason;
  }

  #nextXid(): number {
    this.#lastXid = this.#lastXid >= 0x7fffffff ? 1 : this.#lastXid + 1;
    return this.#lastXid;
  }
}
