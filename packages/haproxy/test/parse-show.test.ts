import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parseInfo, parseServerStat, parseServers, parseVariable } from "../src/runtime/parse-show.js";

/** What HAProxy 2.6.12 answered. */
function answer(name: string): Promise<string> {
  return readFile(new URL(`golden/${name}.golden.txt`, import.meta.url), "utf8");
}

describe("show servers state, with show stat beside it", () => {
  test("tells name, id, address, loaded weight and backup flag of each server", async () => {
    const servers = parseServers(await answer("show-servers-state"), await answer("show-stat"));
    expect([...servers.keys()]).toEqual(["web"]);
    expect(servers.get("web")).toMatchObject([
      { name: "a", id: 77, ip: "127.0.0.1", port: 80, initialWeight: 3, backup: true },
      { name: "b:80", id: 78, ip: "::102:304", port: 80, initialWeight: 7, backup: false },
      { name: "c", id: 79, ip: "2001:db8:0:1:1:1:1:1", port: 80, initialWeight: 7, backup: true },
      { name: "srv2", id: 4, ip: "127.0.0.1", port: 90, initialWeight: 7, backup: true },
      { name: "srv3", id: 5, ip: "127.0.0.1", port: 90, initialWeight: 7, backup: true },
      { name: "own", id: 6, ip: "127.0.0.1", port: 91, initialWeight: 7, backup: true },
    ]);
  });

  test("without statistics nobody is a backup", async () => {
    const servers = parseServers(await answer("show-servers-state"), "");
    expect(servers.get("web")?.some(({ backup }) => backup)).toBe(false);
  });

  test("columns are found by name, wherever a version puts them", () => {
    const state = "1\n# srv_name new_column be_name srv_port srv_id srv_iweight srv_addr\nx ? web 81 5 2 10.0.0.1\n";
    const stat = "# bck,svname,pxname\n1,x,web\n0,x,api\n";
    expect(parseServers(state, stat).get("web")).toMatchObject([
      { name: "x", id: 5, ip: "10.0.0.1", port: 81, initialWeight: 2, backup: true },
    ]);
  });

  test("a server without an address is there all the same", () => {
    const state = "1\n# be_name srv_name srv_id srv_addr srv_port srv_iweight\nweb x 5 - 80 1\n";
    expect(parseServers(state, "").get("web")).toMatchObject([{ name: "x", ip: "-" }]);
  });

  test("no server at all", () => {
    expect(parseServers("1\n# be_id be_name srv_id srv_name", "").size).toBe(0);
    expect(parseServers("", "").size).toBe(0);
  });
});

describe("show stat of one server", () => {
  const HEADER = "# pxname,svname,status,weight,bck,sid,check_status,addr,uweight,";
  const SERVER = { name: "a", id: 8, ip: "10.0.0.1", port: 80, weight: 3, initialWeight: 3, backup: false };

  test.each([
    [
      "one in rotation",
      "web,a,UP,5,0,8,L4OK,10.0.0.1:80,3,",
      { ...SERVER, maintenance: false, drain: false, checked: true },
    ],
    ["one in maintenance", "web,a,MAINT,5,0,8,,10.0.0.1:80,3,", { maintenance: true, drain: false, checked: false }],
    ["one whose maintenance is another's", "web,a,MAINT (via b/c),5,0,8,,10.0.0.1:80,3,", { maintenance: true }],
    ["one that drains", "web,a,DRAIN,0,0,8,* L7OK,10.0.0.1:80,3,", { drain: true, maintenance: false, checked: true }],
    ["one without a check's result", "web,a,DRAIN,0,0,8,INI,10.0.0.1:80,3,", { checked: false }],
    ["a first check under way", "web,a,DRAIN,0,0,8,* INI,10.0.0.1:80,3,", { checked: false }],
    ["one that is down", "web,a,DOWN,1,0,8,L4CON,10.0.0.1:80,3,", { checked: true, maintenance: false }],
    ["a backup", "web,a,UP,5,1,8,,10.0.0.1:80,3,", { backup: true }],
    ["an IPv6 address", "web,a,UP,5,0,8,,[2001:DB8::0:1]:80,3,", { ip: "2001:db8::1", port: 80 }],
    ["a version without uweight", "web,a,UP,5,0,8,,10.0.0.1:80,,", { weight: 5 }],
  ])("%s", (_name, row, expected) => {
    expect(parseServerStat(`${HEADER}\n${row}\n`)).toMatchObject(expected);
  });

  test("none", () => {
    expect(parseServerStat(`${HEADER}\n\n`)).toBeUndefined();
    expect(parseServerStat("")).toBeUndefined();
  });
});

describe("show info", () => {
  test("is read line by line", async () => {
    const info = parseInfo(await answer("show-info"));
    expect(info.get("Version")).toBe("2.6.12-1+deb12u4");
    expect(Number(info.get("Pid"))).toBeGreaterThan(1);
    expect(info.get("Uptime")).toBe("0d 0h00m00s");
  });
});

describe("show env", () => {
  test.each([
    ["the variable asked for", "LIGHTHOUSE_STRUCTURE=abc", "abc"],
    ["one of several", "A=1\nLIGHTHOUSE_STRUCTURE=abc\nB=2", "abc"],
    ["one that is not set", "Variable not found", undefined],
    ["one that only begins alike", "LIGHTHOUSE_STRUCTURE_OLD=abc", undefined],
    ["nothing", "", undefined],
  ])("%s", (_name, text, value) => {
    expect(parseVariable("LIGHTHOUSE_STRUCTURE", text)).toBe(value);
  });
});
