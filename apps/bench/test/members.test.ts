import { describe, expect, it } from "vitest";
import { baseNode, fillerNodes, measuredNode, nodeFileName } from "../src/addresses.js";
import { parseActiveServers, parseRunningServers, parseServers } from "../src/backend-figures.js";
import { addCommands, deleteCommand, removeCommands } from "../src/floor-commands.js";

const PORT = 8_000;

describe("members", () => {
  it("all have addresses of their own on loopback", () => {
    const measured = Array.from({ length: 100_000 }, (_, index) => measuredNode(index, PORT));
    const all = [baseNode(PORT), ...fillerNodes(10_000, PORT), ...measured].map(({ ip }) => ip);
    expect(new Set(all).size).toBe(110_001);
    expect(all.filter((ip) => !/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(ip))).toEqual([]);
  });

  it("fill up as backups, so that requests go to the base member and those measured", () => {
    expect(fillerNodes(3, PORT).every(({ metadata }) => metadata.backup === true)).toBe(true);
    expect([baseNode(PORT), measuredNode(0, PORT)].map(({ metadata }) => metadata)).toEqual([{}, {}]);
  });

  it("cannot be more than there are addresses", () => {
    expect(() => measuredNode(2 ** 20, PORT)).toThrow("only 1048576 addresses");
  });
});

describe("the bare loop", () => {
  const node = measuredNode(5, PORT);

  it("adds what a file says, and takes out what its name says", () => {
    expect(addCommands("web", JSON.stringify(node))).toEqual([
      "add server web/127.128.0.5:8000 127.128.0.5:8000",
      "enable server web/127.128.0.5:8000",
    ]);
    expect(removeCommands("web", nodeFileName(node))).toEqual(["disable server web/127.128.0.5:8000"]);
    expect(deleteCommand("web", nodeFileName(node))).toBe("del server web/127.128.0.5:8000");
  });
});

describe("what HAProxy says of a backend", () => {
  it("is how many servers are active", () => {
    expect(parseActiveServers("# pxname,svname,status,weight,act,bck\nweb,BACKEND,UP,2,17,999,\n")).toBe(17);
    expect(parseActiveServers("# pxname,svname,status,weight,act,bck\n")).toBeUndefined();
  });

  it("is which servers run: in neither maintenance nor drain", () => {
    const line = (ip: string, operational: number, admin: number): string => `3 web 1 s ${ip} ${operational} ${admin}`;
    const header = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state";
    const lines = [line("127.0.0.1", 2, 0), line("127.0.0.2", 0, 1), line("127.0.0.3", 2, 8), line("127.0.0.4", 0, 0)];
    const state = ["1", header, ...lines, ""].join("\n");
    expect([...parseRunningServers(state)]).toEqual(["127.0.0.1"]);
    expect(parseServers(state).length).toBe(4);
  });
});
