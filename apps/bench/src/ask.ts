import { connect } from "node:net";

/** One answered request; times as of `performance.now()`. */
export interface Answer {
  /** The address of the member that answered. */
  readonly from: string;
  readonly sentAt: number;
  readonly answeredAt: number;
}

const REQUEST = "GET / HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n";

/** One request on a connection of its own. Rejects where no whole answer with status 200 came within 5 s. */
export function ask(port: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let text = "";
    const sentAt = performance.now();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => socket.write(REQUEST));
    socket.setEncoding("latin1");
    socket.setTimeout(5_000, () => socket.destroy(new Error("no answer within 5 s")));
    socket.on("data", (part: string) => {
      text += part;
    });
    socket.once("error", reject);
    socket.once("close", () => {
      const from = /^HTTP\/1\.1 200 .*\r\n\r\n(127[.\d]+)$/s.exec(text)?.[1];
      if (from === undefined) reject(new Error(`answered ${JSON.stringify(text.slice(0, 60))}`));
      else resolve({ from, sentAt, answeredAt: performance.now() });
    });
  });
}
