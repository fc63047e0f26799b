import { connect } from "node:net";
import { onTestFinished } from "vitest";

/** A connection that stays open to a member that sends back what it gets. */
export interface EchoConnection {
  /** The member that has greeted. */
  readonly member: string;
  /** Why it has ended; undefined while it stands. */
  readonly ended: string | undefined;
  /** Sends a line. Resolves when it has come back, rejects where it does not within 5 s. */
  echo(): Promise<void>;
}

/** Opens one through the frontend at `port`; resolves when the member has greeted. */
export async function openEchoConnection(port: number): Promise<EchoConnection> {
  const lines: string[] = [];
  let rest = "";
  let ended: string | undefined;
  let wake = (): void => undefined;
  const socket = connect(port, "127.0.0.1").setEncoding("utf8").setNoDelay(true);
  onTestFinished(() => void socket.destroy());
  socket.on("data", (part: string) => {
    const parts = (rest + part).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  const end = (reason: string): void => {
    ended ??= reason;
    socket.destroy();
    wake();
  };
  socket.on("error", (error) => end(error.message));
  socket.on("close", () => end("closed"));

  const nextLine = async (): Promise<string> => {
    const timer = setTimeout(() => end("no answer within 5 s"), 5_000);
    while (lines.length === 0 && ended === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    clearTimeout(timer);
    const line = lines.shift();
    if (line === undefined) throw new Error(`the connection has ended: ${ended}`);
    return line;
  };

  const member = await nextLine();
  let sent = 0;
  return {
    member,
    get ended() {
      return ended;
    },
    echo: async () => {
      const line = `${member} ${++sent}`;
      if (ended === undefined) socket.write(`${line}\n`);
      const answer = await nextLine();
      if (answer !== line) throw new Error(`sent ${JSON.stringify(line)}, got ${JSON.stringify(answer)}`);
    },
  };
}
