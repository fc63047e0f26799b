import { connect, createServer, type Server, type Socket } from "node:net";

/** What is done with a command on its way to HAProxy:
 * - `pass`: it goes on, and so does the answer;
 * - `swallow`: neither HAProxy nor the asker ever hears of it again, as where HAProxy hangs;
 * - `mute`: HAProxy carries it out, but its answer never comes back;
 * - `{ answer }`: HAProxy carries it out, and this comes back instead. */
export type Treatment = "pass" | "swallow" | "mute" | { readonly answer: string };

/** A socket between a balancer and HAProxy's own, where a fault can be put into the middle of a batch. */
export interface SocketInTheMiddle {
  /** Every command that came by, in order. */
  readonly commands: readonly string[];
  /** What is done with each command from now on. */
  treat: (command: string) => Treatment | Promise<Treatment>;
  close(): Promise<void>;
}

/** Listens at `path` and speaks for the admin socket at `target`. */
export async function socketInTheMiddle(path: string, target: string): Promise<SocketInTheMiddle> {
  const commands: string[] = [];
  const open = new Set<Socket>();
  const middle = {
    commands,
    treat: (): Treatment => "pass",
    close: (): Promise<void> => {
      for (const socket of open) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ path: target, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
    }
    relay(client.setEncoding("utf8"), upstream.setEncoding("utf8"), async (command) => {
      commands.push(command);
      return await (middle as SocketInTheMiddle).treat(command);
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  return middle;
}

/** One command after the other, as HAProxy takes them: those sent together wait here for the answers to the earlier. */
function relay(client: Socket, upstream: Socket, treat: (command: string) => Promise<Treatment>): void {
  const waiting: string[] = [];
  let current: Treatment | undefined;
  let rest = "";
  let isOver = false;
  const next = (): void => {
    const line = current === undefined ? waiting.shift() : undefined;
    if (line === undefined) {
      if (isOver && current === undefined) upstream.end();
      return;
    }
    current = "swallow";
    void treat(line).then((treatment) => {
      current = treatment;
      if (treatment !== "swallow") upstream.write(`${line}\n`);
    });
  };
  client.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    waiting.push(...lines);
    next();
  });
  let answered = "";
  upstream.on("data", (text: string) => {
    answered += text;
    if (!answered.endsWith("> ") || current === "mute") return;
    client.write(typeof current === "object" ? `${current.answer}\n> ` : answered);
    answered = "";
    current = undefined;
    next();
  });
  client.on("end", () => {
    isOver = true;
    setImmediate(next);
  });
  // One that did not ask for a prompt gets a single answer, which ends with the connection.
  upstream.on("end", () => client.end(current === "pass" ? answered : ""));
  client.on("close", () => upstream.destroy());
  upstream.on("close", () => client.destroy());
}
