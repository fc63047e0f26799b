import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { noteLeft, takeLeft } from "../src/reporter/left-registered.js";
import { decideServiceDrain, keptServiceDrains, type ServiceDrains } from "../src/reporter/service-drains.js";
import { temporaryDirectory } from "./support/membership-house.js";
import { RecordingLog } from "./support/recording-log.js";

const AT = Date.UTC(2026, 0, 1);
const SERVICES = [
  { name: "web", drainsItself: false },
  { name: "own", drainsItself: true },
];
const DRAINED: ServiceDrains = new Map([
  ["web", AT],
  ["own", AT],
  ["gone", AT],
]);
const NONE: ServiceDrains = new Map();

describe("what an operator is told of a service, and what becomes of its drain", () => {
  test.each<[string, string, boolean, ServiceDrains, string, readonly string[] | undefined]>([
    ["one is drained", "web", true, NONE, "service web is drained: it stays registered, marked", ["web"]],
    ["one that is drained already", "web", true, DRAINED, "service web is drained already, until", undefined],
    ["one comes back", "web", false, DRAINED, "service web is no longer drained", ["own", "gone"]],
    ["one that was not drained", "web", false, NONE, "service web is not drained", undefined],
    [
      "one whose own file asks for it",
      "own",
      false,
      DRAINED,
      "no longer drained; the metadata in its own file asks for a drain, which stands",
      ["web", "gone"],
    ],
    [
      "one that was removed comes back",
      "gone",
      false,
      DRAINED,
      "no longer drained; this host does not offer it now",
      ["web", "own"],
    ],
    ["one that was removed", "gone", true, DRAINED, 'no service "gone"; it offers: web, own', undefined],
    ["one that nobody knows", "wbe", true, NONE, 'no service "wbe"; did you mean web?', undefined],
  ])("%s", (_what, service, drained, drains, message, left) => {
    const { value, reply } = decideServiceDrain({ service, drained }, SERVICES, drains, AT);
    expect(reply.message).toContain(message);
    expect(value === undefined ? undefined : [...value.keys()]).toEqual(left);
    expect(reply.changed).toBe(left !== undefined);
  });
});

test("drains of services survive a restart", async () => {
  const directory = await temporaryDirectory();
  const keeper = keptServiceDrains(directory, new RecordingLog());
  await keeper.load();
  await keeper.change((drains) => decideServiceDrain({ service: "web", drained: true }, SERVICES, drains, AT));
  const again = keptServiceDrains(directory, new RecordingLog());
  await again.load();
  expect(again.value).toEqual(new Map([["web", AT]]));
});

test.each([
  ["no JSON", "{"],
  ["another format", '{"format": 2, "services": []}'],
  ["an entry without its time", '{"format": 1, "services": [{"name": "web"}]}'],
])("a file of drains that is %s is an error in the log, and nothing is drained", async (_what, text) => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "service-drains.json"), text);
  const log = new RecordingLog();
  const keeper = keptServiceDrains(directory, log);
  await keeper.load();
  expect(keeper.value.size).toBe(0);
  expect(log.saying("services that were drained are in rotation until they are drained again")).toHaveLength(1);
});

describe("what a reporter leaves registered", () => {
  const LEFT = new Map([["web", new Set([80, 81])]]);

  it("is told to the next start, once", async () => {
    const directory = await temporaryDirectory();
    const log = new RecordingLog();
    await noteLeft(directory, LEFT, AT, log);
    expect(await takeLeft(directory, AT + 60_000, log)).toEqual(LEFT);
    expect(await takeLeft(directory, AT + 60_000, log)).toEqual(new Map());
    expect(log.lines).toEqual([]);
  });

  test.each([
    ["long ago", AT + 3_600_000],
    ["in the future: the clock was set back", AT - 1000],
  ])("counts for nothing when it was left %s", async (_what, now) => {
    const directory = await temporaryDirectory();
    await noteLeft(directory, LEFT, AT, new RecordingLog());
    expect(await takeLeft(directory, now, new RecordingLog())).toEqual(new Map());
  });

  it("counts for nothing, and is a warning, where it cannot be read", async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "left-registered.json"), '{"format": 9}');
    const log = new RecordingLog();
    expect(await takeLeft(directory, AT, log)).toEqual(new Map());
    expect(log.saying("it has another format")).toHaveLength(1);
  });
});
