import { expect, test } from "vitest";
import { runSettings, type TypedRunOptions } from "../src/cli/run-options.js";

test("what is not typed is left to the configuration", () => {
  expect(runSettings({ role: "writer" })).toEqual({
    role: "writer",
    once: undefined,
    http: undefined,
    logFormat: undefined,
    logLevel: undefined,
    stateDir: undefined,
    pluginsDir: undefined,
  });
});

test("what is typed is taken", () => {
  const typed = { role: "writer", once: true, timeout: "5m", http: "off", logFormat: "json", logLevel: "debug" };
  expect(runSettings({ ...typed, stateDir: "/s", pluginsDir: "/p" })).toEqual({
    role: "writer",
    once: { timeoutMs: 300_000 },
    http: "off",
    logFormat: "json",
    logLevel: "debug",
    stateDir: "/s",
    pluginsDir: "/p",
  });
  expect(runSettings({ role: "both" }).role).toBe("both");
  expect(runSettings({ role: "writer", once: true }).once).toEqual({ timeoutMs: 60_000 });
});

test.each<[Partial<TypedRunOptions>, string]>([
  [{ role: "writers" }, '--role must be one of writer, reporter, both, got "writers"'],
  [
    { role: "reporter", once: true },
    "--once goes with --role writer only: what --role reporter registers stands while",
  ],
  [{ role: "both", once: true }, "--once goes with --role writer only"],
  [{ timeout: "5s" }, "--timeout goes with --once only"],
  [{ once: true, timeout: "soon" }, '--timeout must be a duration such as 90s or 5m, got "soon"'],
  [{ once: true, timeout: "off" }, "--timeout must be a duration"],
  [{ once: true, timeout: "0" }, "--timeout must be a duration"],
  [{ http: "9470" }, "--http must be ADDRESS:PORT"],
  [{ logFormat: "xml" }, '--log-format must be one of pretty, json, got "xml"'],
  [{ logLevel: "all" }, "--log-level must be one of debug, info, warn, error"],
])("%j is a usage error in one clear line", (typed, message) => {
  expect(() => runSettings({ role: "writer", ...typed })).toThrow(
    expect.objectContaining({ name: "UsageError", message: expect.stringContaining(message) }),
  );
});
