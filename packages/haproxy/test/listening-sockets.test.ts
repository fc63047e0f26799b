import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { holderOf, listeners, listeningSockets, parseSockets, socketsOf } from "../src/process/listening-sockets.js";
import { foreignSockets, takenBinds } from "../src/process/taken-binds.js";
import { config, part, render } from "./parts.js";

const HEADER =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                    ";

function row(local: string, state: string, inode: string): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 00000000deb3ba2c 100 0 0 10 0`;
}

describe("the kernel's tables of sockets", () => {
  test.each([
    ["00000000:07E8", "*", 2024],
    ["0100007F:A80B", "127.0.0.1", 43019],
    ["0502000A:0050", "10.0.2.5", 80],
    ["00000000000000000000000000000000:0050", "::", 80],
    ["00000000000000000000000001000000:01BB", "::1", 443],
    ["B80D0120000000000000000001000000:FFFF", "2001:db8::1", 65535],
    ["0000000000000000FFFF00000100007F:0050", "127.0.0.1", 80],
  ])("%s is %s, port %i", (local, address, port) => {
    expect(parseSockets([HEADER, row(local, "0A", "1146")].join("\n"))).toEqual([
      { bind: { address, first: port, last: port }, inode: "1146" },
    ]);
  });

  test.each([
    ["connected", row("0100007F:A80B", "01", "7")],
    ["waiting for its end", row("0100007F:A80B", "06", "0")],
    ["a header", HEADER],
    ["an empty line", ""],
  ])("what does not listen is left out: %s", (_name, line) => {
    expect(parseSockets(line)).toEqual([]);
  });
});

describe("this host", () => {
  let server: Server | undefined;
  afterEach(() => new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve))));

  async function listen(): Promise<number> {
    const listening = createServer();
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const address = listening.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  test("shows who listens, and that it is this process", async () => {
    const port = await listen();
    const [socket] = (await listeningSockets()).filter(({ bind }) => bind.first === port);
    expect(socket?.bind.address).toBe("127.0.0.1");
    expect((await socketsOf(process.pid)).has(socket?.inode ?? "")).toBe(true);
    expect(await holderOf(socket?.inode ?? "")).toMatch(new RegExp(`\\(pid ${process.pid}\\)$`));
    expect(await listeners([process.pid, 999_999_999])).toEqual([process.pid]);
  });

  test("an address that another process has is told with its holder and its place; one's own is not", async () => {
    const port = await listen();
    const rendered = render(config({ bind_address: "127.0.0.1" }), [part("web", { port, binds: ["127.0.0.2:1"] })]);
    const faults = await takenBinds(rendered, await foreignSockets([]));
    expect(faults.map(({ origin }) => origin)).toEqual([{ cluster: "web", path: ["port"] }]);
    expect(faults[0]?.message.text).toMatch(
      new RegExp(`^cannot listen on 127\\.0\\.0\\.1:${port}: taken by .+ \\(pid ${process.pid}\\)$`),
    );
    expect(await takenBinds(rendered, await foreignSockets([process.pid]))).toEqual([]);
  });
});
