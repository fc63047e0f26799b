import { describe, expect, test } from "vitest";
import type { RunningServer } from "../src/runtime/parse-show.js";
import type { BackendRules, ServerCase } from "../src/runtime/server-plan.js";
import { ENDING, MEMBER, plan, rules, SERVER, texts } from "./server-cases.js";

describe("a server whose member has left", () => {
  const left = { server: SERVER, settled: MEMBER };
  const MAINTENANCE = { ...SERVER, maintenance: true };
  const DRAINING = { ...SERVER, drain: true };

  test.each<readonly [string, BackendRules, Partial<ServerCase>, readonly string[]]>([
    [
      "gets no more work, and is deleted if it has none",
      rules(),
      {},
      ["set server web/a state maint", "del server web/a"],
    ],
    ["is asked again", rules(), { server: MAINTENANCE, memory: { leavingSince: 4500 } }, ["del server web/a"]],
    [
      "is told again, should the process have it in rotation all the same",
      rules(),
      { memory: { leavingSince: 4500 } },
      ["set server web/a state maint", "del server web/a"],
    ],
    [
      "is told to drain again, should the process have it in rotation all the same",
      rules({ parameters: ENDING }),
      { memory: { leavingSince: 4500 } },
      ["set server web/a state drain"],
    ],
    [
      "is shut down once its drain is over",
      rules(),
      { memory: { leavingSince: 4000 } },
      ["set server web/a state maint", "shutdown sessions server web/a", "del server web/a"],
    ],
    [
      "is shut down at once where it has no time",
      rules({ drainMs: 0 }),
      {},
      ["set server web/a state maint", "shutdown sessions server web/a", "del server web/a"],
    ],
    [
      "drains where maintenance would end its sessions",
      rules({ parameters: ENDING }),
      {},
      ["set server web/a state drain"],
    ],
    ["and goes on to", rules({ parameters: ENDING }), { server: DRAINING, memory: { leavingSince: 4500 } }, []],
    [
      "until its time is over",
      rules({ parameters: ENDING }),
      { server: DRAINING, memory: { leavingSince: 4000 } },
      ["set server web/a state maint", "shutdown sessions server web/a", "del server web/a"],
    ],
  ])("%s", (_name, given, more, expected) => {
    const found = plan({ ...left, ...more }, given);
    expect(texts(found)).toEqual(expected);
    expect(found.memory?.leavingSince).toBe(more.memory?.leavingSince ?? 5000);
    expect(found.during).toEqual(found.memory);
  });

  test("one that is gone already, or still has connections, is no error", () => {
    const commands = plan({ ...left, memory: { leavingSince: 4000 } }).commands;
    for (const { answer } of commands) expect("No such server.").toMatch(answer);
    expect(commands.map(({ mayWait }) => mayWait === true)).toEqual([false, false, true]);
  });

  test.each<readonly [string, Partial<ServerCase>, boolean]>([
    ["that was a member", {}, false],
    ["that the file lists", { settled: undefined, fileWeight: 1 }, false],
    ["that left before this run", { settled: undefined, memory: { leavingSince: 4900 } }, false],
    ["that nobody has registered", { settled: undefined }, true],
  ])("one %s is a repair: %s", (_name, more, isForeign) => {
    expect(plan({ ...left, ...more }).change?.repair === true).toBe(isForeign);
  });

  test.each<readonly [string, Partial<RunningServer>, Partial<ServerCase>, boolean, string | undefined]>([
    ["in rotation", {}, {}, false, undefined],
    ["in somebody's maintenance", { maintenance: true }, {}, false, "maint"],
    ["in somebody's drain", { drain: true }, {}, false, "drain"],
    ["in one that is to be repaired", { maintenance: true }, {}, true, undefined],
    ["waiting for its first check", { drain: true }, { memory: { joining: true } }, false, "joining"],
    ["on its way out", { maintenance: true }, { memory: { leavingSince: 4900, before: "drain" } }, false, "drain"],
  ])("%s is remembered to have been so", (_name, state, more, enforce, before) => {
    const found = plan({ ...left, server: { ...SERVER, ...state }, ...more }, rules({ enforce }));
    expect(found.memory?.before).toBe(before);
  });

  test("nothing is left to be done for one that is gone", () => {
    expect(plan({ memory: { leavingSince: 1 } })).toEqual({ commands: [], memory: undefined });
  });
});
