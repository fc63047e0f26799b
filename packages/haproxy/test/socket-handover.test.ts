import { expect, test } from "vitest";
import { parseUnixSockets } from "../src/process/socket-handover.js";

test("the listening sockets bound at a path, or beside it to be renamed, are found by their inode", () => {
  const table = [
    "Num       RefCount Protocol Flags    Type St Inode Path",
    "0000000000000000: 00000002 00000000 00010000 0001 01 11 /run/h.sock.123.tmp",
    "0000000000000000: 00000003 00000000 00000000 0001 03 12 /run/h.sock.123.tmp",
    "0000000000000000: 00000002 00000000 00010000 0001 01 13 /run/h.sock",
    "0000000000000000: 00000002 00000000 00010000 0001 01 14 /run/h.socket",
    "0000000000000000: 00000002 00000000 00010000 0001 01 15",
  ].join("\n");
  expect(parseUnixSockets(table, "/run/h.sock")).toEqual(new Set(["11", "13"]));
});
