import { JuteReader } from "./jute-reader.js";
import { JuteWriter } from "./jute-writer.js";

/** A session as a client presents it to a server. */
export interface SessionTicket {
  /** 0: a new one is asked for. */
  readonly id: bigint;
  /** What proves that the session is ours. */
  readonly password: Buffer;
  /** The newest change that was seen; a server that has not seen it yet refuses. */
  readonly lastZxid: bigint;
  /** Milliseconds that are asked for; the server may give other ones. */
  readonly timeoutMs: number;
}

/** What a server grants; undefined: the session has expired. */
export type Grant = Pick<SessionTicket, "id" | "password" | "timeoutMs"> | undefined;

/** The first frame of a connection. */
export function handshakeFrame(ticket: SessionTicket): Buffer {
  return new JuteWriter()
    .int(0) // protocol version
    .long(ticket.lastZxid)
    .int(ticket.timeoutMs)
    .long(ticket.id)
    .bytes(ticket.password)
    .bool(false) // a server without a quorum is of no use
    .frame();
}

/** The server's first frame. */
export function readGrant(frame: Buffer): Grant {
  const reader = new JuteReader(frame);
  reader.int(); // protocol version
  const timeoutMs = reader.int();
  const id = reader.long();
  const password = reader.bytes();
  return timeoutMs > 0 && id !== 0n ? { id, password, timeoutMs } : undefined;
}
