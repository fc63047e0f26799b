import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTcpProxy, type TcpProxy } from "../src/tcp-proxy.js";
import { waitFor } from "../src/wait-for.js";

let server: Server;
let proxy: TcpProxy;
const served: Socket[] = [];
const clients: Client[] = [];

/** Answers every line with itself, and goes on after the client has ended its side. */
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    served.push(socket);
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy = await startTcpProxy({ targetPort: (server.address() as { port: number }).port });
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await proxy.stop();
  for (const socket of served.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

interface Client {
  readonly socket: Socket;
  text: string;
  error: string | undefined;
  ended: boolean;
}

function client(): Client {
  const socket = connect({ port: proxy.port, host: "127.0.0.1" });
  const state: Client = { socket, text: "", error: undefined, ended: false };
  socket.setEncoding("utf8").on("data", (part: string) => {
    state.text += part;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    state.error = error.code;
  });
  socket.on("end", () => {
    state.ended = true;
  });
  clients.push(state);
  return state;
}

async function connected(): Promise<Client> {
  const one = client();
  one.socket.write("hello ");
  await waitFor(() => one.text === "hello ", { what: "the echo" });
  return one;
}

describe("a proxy", () => {
  it("passes everything, the ends of connections included, and counts it", async () => {
    const one = client();
    const large = "x".repeat(3_000_000);
    one.socket.end(large);
    await waitFor(() => one.ended, { what: "the end of the echo" });
    expect(one.text).toBe(large);
    expect(proxy.bytes).toEqual({ "to-server": large.length, "to-client": large.length });
    await waitFor(() => proxy.open === 0, { what: "the connection to be forgotten" });
    expect(proxy.accepted).toBe(1);
  });

  it("cut: resets what is open, refuses what is new, until it is restored", async () => {
    const one = await connected();
    proxy.cut();
    await waitFor(() => one.error === "ECONNRESET", { what: "the reset" });
    await waitFor(() => served[0]?.destroyed, { what: "the server to be told" });
    const two = client();
    await waitFor(() => two.error === "ECONNREFUSED", { what: "the refusal" });
    await proxy.restore();
    await connected();
  });

  it("drop: resets what is open and passes what is new", async () => {
    const one = await connected();
    proxy.drop();
    await waitFor(() => one.error === "ECONNRESET", { what: "the reset" });
    await connected();
  });

  it("hang: nothing passes, neither bytes nor ends, and all of it comes when it is restored", async () => {
    const [one, two] = [await connected(), await connected()];
    proxy.hang();
    const three = client();
    one.socket.write("again");
    two.socket.destroy();
    three.socket.write("new");
    served[0]?.write("from the server");
    await waitFor(() => three.socket.readyState === "open", { what: "the third connection" });
    // Whatever could pass has passed when a connection beside the proxy has carried something there and back.
    const beside = connect({ port: (server.address() as { port: number }).port, host: "127.0.0.1" });
    const echoed = new Promise((resolve) => beside.once("data", resolve));
    beside.write("beside");
    await echoed;
    beside.destroy();
    expect([one.text, three.text, served[1]?.destroyed]).toEqual(["hello ", "", false]);
    await proxy.restore();
    await waitFor(() => one.text.includes("again") && one.text.includes("from the server"), { what: "what was held" });
    await waitFor(() => three.text === "new", { what: "the new connection's echo" });
    await waitFor(() => served[1]?.destroyed || served[1]?.readableEnded, { what: "the end that was held" });
  });

  it("hang in one direction: what is asked arrives, what is answered does not", async () => {
    const one = await connected();
    proxy.hang("to-client");
    const before = proxy.bytes["to-server"];
    one.socket.write("again");
    await waitFor(() => proxy.bytes["to-server"] === before + 5, { what: "the request to pass" });
    await waitFor(() => (served[0]?.bytesWritten ?? 0) >= 11, { what: "the server to answer" });
    expect(one.text).toBe("hello ");
    await proxy.restore();
    await waitFor(() => one.text === "hello again", { what: "the answer" });
  });

  it("resets a client whose server is not there", async () => {
    const nowhere = await startTcpProxy({ targetPort: 1 });
    const socket = connect({ port: nowhere.port, host: "127.0.0.1" });
    const code = await new Promise((resolve) => {
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(code).toBe("ECONNRESET");
    await nowhere.stop();
    await nowhere.stop();
  });
});
