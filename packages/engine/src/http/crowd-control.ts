import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Connections that are answered at one time. */
const MOST_CONNECTIONS = 64;
/** Connections that are there at one time, those that are being turned away included. */
const MOST_SOCKETS = 1024;
/** How long one that is turned away may take to read why, in milliseconds. */
const FAREWELL_MS = 1000;

const BUSY_TEXT = `${MOST_CONNECTIONS} connections are open already; try again in a few seconds.\n`;
const BUSY = `HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${BUSY_TEXT.length}\r\n\r\n${BUSY_TEXT}`;

/** Answers connections that are too many with a word of its own, and closes them. Gives the test for those: their requests
 * are not to be answered. */
export function limitConnections(server: Server): (socket: Socket) => boolean {
  const admitted = new Set<Socket>();
  const refused = new WeakSet<Socket>();
  server.maxConnections = MOST_SOCKETS;
  server.on("connection", (socket: Socket) => {
    if (admitted.size < MOST_CONNECTIONS) {
      admitted.add(socket);
      socket.once("close", () => admitted.delete(socket));
      return;
    }
    refused.add(socket);
    // What it sends is read and dropped: closing on unread data would cut off the answer as well.
    const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
    socket.once("close", () => clearTimeout(timer));
    socket.end(BUSY);
  });
  return (socket) => refused.has(socket);
}

const WORDS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** What is no HTTP, too long or too slow is told so, and cut. */
export function refuseRubbish(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const word = WORDS[error.code ?? ""] ?? "400 Bad Request";
  socket.end(`HTTP/1.1 ${word}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
}
