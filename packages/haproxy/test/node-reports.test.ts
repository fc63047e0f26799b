import { describe, expect, test } from "vitest";
import { nodeReports } from "../src/runtime/node-reports.js";
import { parseHealth, type ServerHealth } from "../src/runtime/parse-health.js";

const UP: ServerHealth = {
  name: "a:80",
  status: "UP",
  seconds: 42,
  weight: 1,
  backup: false,
  sessions: 0,
  check: "L7OK (200)",
  admin: undefined,
};

describe("what people are told of a server", () => {
  test.each<[string, Partial<ServerHealth>, boolean, string]>([
    ["up", {}, true, "for 42 s, last check L7OK (200), weight 1, 0 sessions"],
    [
      "up, never checked",
      { status: "no check", check: undefined },
      true,
      "for 42 s, no check has come to a result, weight 1, 0 sessions",
    ],
    [
      "down",
      { status: "DOWN", check: "L4CON (Connection refused)", seconds: 7300, sessions: 1 },
      false,
      "for 2 h, last check L4CON (Connection refused), weight 1, 1 session",
    ],
    [
      "in maintenance",
      { status: "MAINT", admin: "in maintenance by command", seconds: 180 },
      false,
      "for 3 min, in maintenance by command, last check L7OK (200), weight 1, 0 sessions",
    ],
    [
      "drained",
      { status: "DRAIN", admin: "drained by command", seconds: undefined },
      false,
      "drained by command, last check L7OK (200), weight 1, 0 sessions",
    ],
    ["without weight", { weight: 0, seconds: 200_000 }, false, "for 2 d, last check L7OK (200), weight 0, 0 sessions"],
  ])("%s", (_, more, serving, detail) => {
    const server = { ...UP, ...more };
    expect(nodeReports([server])).toEqual([{ node: "a:80", state: server.status, serving, detail }]);
  });

  test("a backup waits until no other is left", () => {
    const backup = { ...UP, name: "b:80", backup: true };
    const [, waits] = nodeReports([UP, backup]);
    expect(waits).toMatchObject({
      serving: false,
      detail: expect.stringContaining("a backup that waits until no other is left"),
    });
    const [, works] = nodeReports([{ ...UP, status: "DOWN" }, backup]);
    expect(works).toMatchObject({ serving: true, detail: expect.not.stringContaining("waits") });
  });
});

describe("show stat, with show servers state beside it", () => {
  const STAT = [
    "# pxname,svname,scur,status,weight,bck,lastchg,check_status,check_code,last_chk",
    'web,a:80,3,UP,5,0,10,L7OK,200,"HTTP status check returned code"',
    "web,b:80,0,DOWN,1,1,20,* L4CON,,Connection refused",
    "web,c:80,0,MAINT,1,0,,INI,,",
  ].join("\n");
  const STATE = "1\n# be_name srv_name srv_admin_state\nweb a:80 0\nweb b:80 0\nweb c:80 9\n";

  test("gives health, last check, weight, sessions and who took it out", () => {
    expect(parseHealth(STAT, STATE)).toEqual([
      {
        name: "a:80",
        status: "UP",
        seconds: 10,
        weight: 5,
        backup: false,
        sessions: 3,
        check: "L7OK (200 HTTP status check returned code)",
        admin: undefined,
      },
      {
        name: "b:80",
        status: "DOWN",
        seconds: 20,
        weight: 1,
        backup: true,
        sessions: 0,
        check: "L4CON (Connection refused)",
        admin: undefined,
      },
      {
        name: "c:80",
        status: "MAINT",
        seconds: undefined,
        weight: 1,
        backup: false,
        sessions: 0,
        check: undefined,
        admin: "in maintenance by command, drained by command",
      },
    ]);
  });

  test("of a backend without servers there is nothing to say", () => {
    expect(parseHealth("# pxname,svname\n", "1\n# be_name srv_name\n")).toEqual([]);
  });
});
