import { describe, expect, test } from "vitest";
import { errorText } from "../src/error-text.js";
import { openLog } from "../src/logging/log-output.js";
import { prettyLine } from "../src/logging/pretty-line.js";
import { terminalStyle } from "../src/logging/terminal-style.js";

const PLAIN = { color: false, shortTime: false };

function written(format: "pretty" | "json", style = PLAIN) {
  const lines: string[] = [];
  return { lines, log: openLog({ level: "info", format }, style, (text) => lines.push(text)) };
}

describe("the log", () => {
  test("json: one object a line, with the part it is from and the fields it was given", () => {
    const { lines, log } = written("json");
    log.logger("balancer haproxy").info("reloaded", { pid: 7 });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 30, part: "balancer haproxy", msg: "reloaded", pid: 7 });
  });

  test("pretty: time, level, part, sentence, fields", () => {
    const { lines, log } = written("pretty");
    log.logger("balancer haproxy").warn("is slow", { ms: 70, file: "a b" });
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z WARN {2}balancer haproxy: is slow ms=70 file="a b"\n$/);
  });

  test("level and format change at once, for loggers that are in use too", () => {
    const { lines, log } = written("json");
    const logger = log.logger("x");
    logger.debug("not yet");
    log.configure({ level: "debug", format: "pretty" });
    logger.debug("now");
    log.configure({ level: "error", format: "pretty" });
    logger.warn("no more");
    expect(lines.map((line) => line.slice(25))).toEqual(["DEBUG x: now\n"]);
  });

  test("an error's stack stands below its line", () => {
    const { lines, log } = written("pretty");
    log.logger().error("failed", { err: new Error("boom") });
    expect(lines[0]).toMatch(/ERROR failed\n {4}Error: boom\n {4}at /);
  });

  test.each(["pretty", "json"] as const)("%s: no text can look like another line, or drive a terminal", (format) => {
    const { lines, log } = written(format);
    const evil = "x\n2026-01-01T00:00:00.000Z ERROR forged\r\u001b[2J\u009b1m\u2028";
    log.logger(evil).info(evil, { field: evil, [evil]: 1 });
    expect(lines).toHaveLength(1);
    for (const character of ["\n", "\r", "\u001b"]) expect(lines[0]?.slice(0, -1)).not.toContain(character);
    if (format === "pretty") expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}]/u);
  });

  test("a plugin's fields cannot pass for the line's own, and % in a message is itself", () => {
    const { lines, log } = written("json");
    log.logger("real").info("100 %s done %d", { level: 50, msg: "forged", part: "other", time: 0 });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 30, msg: "100 %s done %d", part: "real", level_: 50 });
  });

  test("what is no line of ours is passed on as it is", () => {
    expect(prettyLine("hello\n", PLAIN)).toBe("hello\n");
  });

  test.each([
    ["a terminal", { isTTY: true }, {}, { color: true, shortTime: true }],
    ["a terminal with NO_COLOR", { isTTY: true }, { NO_COLOR: "1" }, { color: false, shortTime: true }],
    ["a terminal with an empty NO_COLOR", { isTTY: true }, { NO_COLOR: "" }, { color: true, shortTime: true }],
    ["a dumb terminal", { isTTY: true }, { TERM: "dumb" }, { color: false, shortTime: true }],
    ["a pipe", {}, {}, { color: false, shortTime: false }],
  ])("%s", (_name, stream, env, style) => {
    expect(terminalStyle(stream, env)).toEqual(style);
  });

  test("colours only where they are wanted", () => {
    const { lines, log } = written("pretty", { color: true, shortTime: true });
    log.logger().info("x");
    expect(lines[0]).toContain("\u001b[");
  });
});

describe("what was thrown, in words", () => {
  test.each<[string, unknown, string]>([
    ["an error with causes", new Error("a", { cause: new Error("b", { cause: new Error("c") }) }), "a: b: c"],
    ["a cause that is told already", new Error("a: b", { cause: new Error("b") }), "a: b"],
    ["several lines", new Error("a\n  b\n"), "a; b"],
    ["control characters", "a\u0000\u001bb\u007f", "a\\u0000\\u001bb\\u007f"],
    ["an error without a message", new TypeError(""), "TypeError"],
    ["undefined", undefined, "undefined"],
    ["an object", { code: 7 }, '{"code":7}'],
    [
      "what cannot be shown",
      {
        toJSON: () => {
          throw new Error("no");
        },
      },
      "an error that cannot be shown",
    ],
  ])("%s", (_name, error, text) => {
    expect(errorText(error)).toBe(text);
  });

  test("an endless message is cut, and a ring of causes ends", () => {
    expect(errorText(new Error("x".repeat(1_000_000))).length).toBeLessThan(2100);
    const ring = new Error("a");
    ring.cause = ring;
    expect(errorText(ring)).toBe("a");
  });
});
