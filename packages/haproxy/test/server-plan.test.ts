import { describe, expect, test } from "vitest";
import type { RunningServer } from "../src/runtime/parse-show.js";
import type { BackendRules, ServerCase } from "../src/runtime/server-plan.js";
import { node } from "./parts.js";
import { CHECKED, MEMBER, NODE, PLAIN, plan, rules, SERVER, texts } from "./server-cases.js";

describe("a member that no server runs for", () => {
  test.each<readonly [string, BackendRules, Record<string, number | boolean>, readonly string[]]>([
    ["without checks", rules(), {}, ["add server web/a 10.0.0.1:80 id 7 weight 1", "set server web/a state ready"]],
    [
      "with checks: drained until the first has a result",
      rules({ parameters: CHECKED }),
      {},
      ["add server web/a 10.0.0.1:80 id 7 check weight 1", "enable health web/a", "set server web/a state drain"],
    ],
    [
      "with a cookie, a weight, as a backup",
      rules({ parameters: { ...PLAIN, cookie: true } }),
      { weight: 9, backup: true },
      ["add server web/a 10.0.0.1:80 id 7 cookie a backup weight 9", "set server web/a state ready"],
    ],
    [
      "that is to be drained: no new work",
      rules(),
      { drain: true },
      ["add server web/a 10.0.0.1:80 id 7 weight 0", "set server web/a state ready"],
    ],
  ])("is added %s", (_name, given, metadata, expected) => {
    const member = { ...MEMBER, node: { ...NODE, metadata } };
    const found = plan({ member }, given);
    expect(texts(found)).toEqual(expected);
    expect(found.during).toMatchObject({ adding: true });
    expect(found.memory?.adding).toBeUndefined();
    expect(found.memory?.joining).toBe(given.parameters === CHECKED ? true : undefined);
    expect(found.change).toEqual({ kind: "runtime", target: "web/a", action: "added (10.0.0.1:80)", code: "add" });
  });

  test("with an IPv6 address is added in brackets", () => {
    const member = { ...MEMBER, node: node("2001:db8::1", 80) };
    expect(texts(plan({ member }))[0]).toBe("add server web/a [2001:db8::1]:80 id 7 weight 1");
  });

  test("where it had been in line: somebody deleted it, and it is repaired", () => {
    expect(plan({ member: MEMBER, settled: MEMBER }).change).toMatchObject({ code: "add", repair: true });
  });

  test("is loaded where its parameters cannot be given at run time", () => {
    expect(plan({ member: MEMBER }, rules({ parameters: "because" }))).toMatchObject({
      commands: [],
      reload: "because",
    });
  });
});

describe("a member whose server runs", () => {
  const here = { member: MEMBER, server: SERVER, settled: MEMBER, memory: { weight: 1 } };

  test("as it should needs nothing", () => {
    expect(plan(here)).toEqual({ commands: [], memory: { weight: 1 } });
  });

  test.each<readonly [string, Partial<RunningServer>, Partial<ServerCase>, Partial<BackendRules>, string, object]>([
    [
      "at another address, where the node moved",
      { ip: "10.0.0.9" },
      { settled: { ...MEMBER, node: { ...NODE } } },
      {},
      "set server web/a addr 10.0.0.1 port 80",
      { action: "address 10.0.0.9:80 to 10.0.0.1:80" },
    ],
    [
      "at an address that somebody else gave it",
      { port: 99 },
      {},
      {},
      "set server web/a addr 10.0.0.1 port 80",
      { action: "address 10.0.0.1:99 to 10.0.0.1:80", repair: true },
    ],
    [
      "with the weight we gave it before",
      { weight: 5 },
      { memory: { weight: 5 }, settled: { ...MEMBER, node: { ...NODE } } },
      {},
      "set server web/a weight 1",
      { action: "weight 5 to 1" },
    ],
    [
      "with the weight that the file gave it",
      { weight: 5 },
      { memory: {}, settled: undefined, fileWeight: 5 },
      {},
      "set server web/a weight 1",
      { action: "weight 5 to 1" },
    ],
    [
      "with somebody's weight, to be repaired",
      { weight: 5 },
      { settled: undefined },
      { enforce: true },
      "set server web/a weight 1",
      { action: "weight 5 to 1", repair: true },
    ],
    [
      "in somebody's maintenance, to be repaired",
      { maintenance: true },
      { settled: undefined },
      { enforce: true },
      "set server web/a state ready",
      { action: "back in rotation", repair: true },
    ],
    [
      "and came back before it was gone",
      { maintenance: true },
      { memory: { leavingSince: 4900 } },
      {},
      "set server web/a state ready",
      { action: "kept: it came back" },
    ],
    [
      "and came back to somebody's maintenance",
      { drain: true },
      { memory: { leavingSince: 4900, before: "maint" } },
      {},
      "set server web/a state maint",
      { action: "kept: it came back" },
    ],
    [
      "and has the result of its first check",
      { drain: true },
      { memory: { joining: true } },
      { parameters: CHECKED },
      "set server web/a state ready",
      { action: "in rotation: its first check has a result" },
    ],
    [
      "and was left half added by this run",
      { maintenance: true },
      { memory: { adding: true }, settled: undefined },
      {},
      "set server web/a state ready",
      { action: "in rotation" },
    ],
    [
      "and was left half added by a run that was killed",
      { maintenance: true },
      { memory: {}, settled: undefined },
      {},
      "set server web/a state ready",
      { action: "in rotation" },
    ],
  ])("%s", (_name, state, more, given, command, change) => {
    const found = plan({ ...here, server: { ...SERVER, ...state }, ...more }, rules(given));
    expect(texts(found)).toEqual([command]);
    expect(found.change).toEqual({ kind: "runtime", target: "web/a", code: "change", ...change });
    expect(found.notice).toBeUndefined();
  });

  test.each<readonly [string, Partial<RunningServer>, Partial<ServerCase>, string]>([
    ["weight", { weight: 5 }, {}, "weight 5 instead of 1"],
    ["maintenance", { maintenance: true }, {}, "maintenance"],
    [
      "maintenance before this run",
      { maintenance: true },
      { memory: {}, settled: undefined, fileWeight: 1 },
      "maintenance",
    ],
    [
      "maintenance while it waits for its first check",
      { maintenance: true },
      { memory: { joining: true, weight: 1 } },
      "maintenance",
    ],
    ["drain and weight", { drain: true, weight: 5 }, {}, "weight 5 instead of 1, drain"],
  ])("somebody's %s is left as it is, and told", (_name, state, more, notice) => {
    const found = plan({ ...here, server: { ...SERVER, ...state }, ...more });
    expect(found).toMatchObject({ commands: [], notice: `web/a: ${notice}, set by somebody else, is left so` });
    expect(found.memory?.joining).toBeUndefined();
  });

  test.each<readonly [string, ServerCase["memory"], Partial<RunningServer>, readonly string[]]>([
    ["waits", { joining: true }, { drain: true, checked: false }, []],
    [
      "is told again what it was not told to its end",
      { adding: true, joining: true },
      { maintenance: true, checked: false },
      ["enable health web/a", "set server web/a state drain"],
    ],
    [
      "waits again where it left meanwhile",
      { leavingSince: 4900, before: "joining" },
      { maintenance: true, checked: false },
      ["enable health web/a", "set server web/a state drain"],
    ],
  ])("without the result of a first check: %s", (_name, memory, state, expected) => {
    const found = plan({ ...here, server: { ...SERVER, ...state }, memory }, rules({ parameters: CHECKED }));
    expect(texts(found)).toEqual(expected);
    expect(found.memory).toMatchObject({ joining: true });
  });

  test.each([
    [true, "web/a becomes a backup, which cannot be changed at run time"],
    [false, "web/a is no backup any more, which cannot be changed at run time"],
  ])("backup %s where the other runs: a reload", (backup, reload) => {
    const member = { ...MEMBER, node: { ...NODE, metadata: { backup } } };
    expect(plan({ ...here, member, server: { ...SERVER, backup: !backup } })).toMatchObject({ commands: [], reload });
  });
});
