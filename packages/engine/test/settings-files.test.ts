import { isConfigError } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import { readClusterHead } from "../src/config/cluster-file.js";
import { readLoggingFile } from "../src/config/logging-file.js";
import { readRunnerFile } from "../src/config/runner-file.js";

function wrong(read: () => unknown): string {
  try {
    return `taken: ${JSON.stringify(read())}`;
  } catch (error) {
    return isConfigError(error) ? error.message : String(error);
  }
}

describe("runner.yaml", () => {
  test("all of it has defaults", () => {
    expect(readRunnerFile({})).toEqual({
      http: { listen: "127.0.0.1:9470" },
      settle: { min: "20ms", max: "500ms" },
      peer_port: 1024,
    });
  });

  test("all of it can be set; an address becomes its canonical form, a port in quotes a number", () => {
    const settings = {
      http: { listen: "[::1]:80" },
      state_dir: "/var/lib/x",
      settle: { min: 1, max: "2s" },
      name: "app_1.example",
      ip: "2001:DB8::0001",
      peer_port: "1025",
    };
    expect(readRunnerFile(settings)).toEqual({ ...settings, ip: "2001:db8::1", peer_port: 1025 });
  });

  test.each([
    [{ htpp: {} }, 'htpp: unknown key "htpp"; did you mean "http"?'],
    [
      { http: { listen: "example" } },
      'http.listen: must be ADDRESS:PORT (for example 127.0.0.1:9470) or off, got "example"',
    ],
    [
      { http: { listen: "0.0.0.0:80" } },
      "http.listen: 0.0.0.0 is not a loopback address, and who reaches it must show a token: set http.token_file (or --http-token-file), or use 127.0.0.1:80 or [::1]:80",
    ],
    [{ http: { token_file: "" } }, 'http.token_file: must be the path of a file, got ""'],
    [{ settle: { min: "1s", max: "20ms" } }, "settle.min: must not be longer than settle.max (20ms), got 1s"],
    [{ ip: "localhost" }, "ip: must be this host's IPv4 or IPv6 address; localhost is no IP address"],
    [{ ip: "0.0.0.0" }, "ip: must be this host's IPv4 or IPv6 address; 0.0.0.0 is the unspecified address"],
    [{ peer_port: "80a" }, 'peer_port: must be an integer from 1 to 65535, got "80a"'],
    [{ settle: { max: "off" } }, 'settle.max: must be a duration such as 250ms, 30s, 5m, got "off"'],
  ])("%j is refused", (value, message) => {
    expect(wrong(() => readRunnerFile(value))).toBe(message);
  });
});

test("runner.yaml may ask for an address that others reach, with a token file", () => {
  const http = { listen: "0.0.0.0:80", token_file: "token" };
  expect(readRunnerFile({ http })).toMatchObject({ http });
});

describe("logging.yaml", () => {
  test.each([
    [{}, { level: undefined, format: undefined }],
    [{ level: "debug" }, { level: "debug", format: undefined }],
    [
      { level: "warn", format: "json" },
      { level: "warn", format: "json" },
    ],
  ])("%j", (value, settings) => {
    expect(readLoggingFile(value)).toEqual({ settings });
  });

  test.each([
    ["DEBUG", "debug"],
    ["INFO", "info"],
    ["WARNING", "warn"],
    ["ERROR", "error"],
    ["CRITICAL", "error"],
    ["NOTSET", "debug"],
    [10, "debug"],
    [20, "info"],
    [30, "warn"],
    [50, "error"],
  ])("Python's level %s is %s", (level, expected) => {
    expect(readLoggingFile({ version: 1, root: { level } }).settings.level).toBe(expected);
  });

  test("of a Python configuration the rest is named in one notice", () => {
    const value = {
      version: 1,
      disable_existing_loggers: false,
      handlers: { syslog: {} },
      root: { handlers: ["syslog"], level: "DEBUG" },
    };
    expect(readLoggingFile(value)).toEqual({
      settings: { level: "debug", format: undefined },
      notice:
        "a Python logging configuration: root.level is taken (debug); without meaning here: version, disable_existing_loggers, handlers, root.handlers. Write level and format instead",
    });
  });

  test.each([
    [{ level: "loud" }, 'level: must be one of "debug", "info", "warn", "error", got "loud"'],
    [{ levle: "info" }, 'levle: unknown key "levle"; did you mean "level"?'],
    [
      { version: 1, root: { level: "LOUD" } },
      'root.level: must be one of NOTSET, DEBUG, INFO, WARN, WARNING, ERROR, CRITICAL, FATAL, got "LOUD"',
    ],
  ])("%j is refused", (value, message) => {
    expect(wrong(() => readLoggingFile(value))).toBe(message);
  });
});

describe("a cluster's own keys", () => {
  const guard = { on_empty: "hold", min_nodes: 0, max_removal: "50%", window: "60s", confirm_after: "5m" };

  test("the guard has all its defaults", () => {
    expect(readClusterHead({ discovery: "zk" })).toMatchObject({ discovery: "zk", meta_cluster: null, guard });
  });

  test.each([
    [{ on_empty: "empty" }],
    [{ max_removal: 3 }],
    [{ max_removal: "0%" }],
    [{ max_removal: "100%" }],
    [{ confirm_after: "off", window: 90 }],
  ])("guard %j keeps the defaults of the rest", (part) => {
    expect(readClusterHead({ discovery: "zk", guard: part }).guard).toEqual({ ...guard, ...part });
  });

  test.each([
    [{}, '"discovery" is required'],
    [{ discovery: 5 }, "discovery: must be the name of a discovery, got 5"],
    [
      { discovery: "zk", guard: { max_removal: "150%" } },
      'guard.max_removal: must be a share such as 50%, or a number of nodes, got "150%"',
    ],
    [{ discovery: "zk", guard: { min_node: 1 } }, 'guard.min_node: unknown key "min_node"; did you mean "min_nodes"?'],
    [
      { discovery: "zk", guard: { window: "off" } },
      'guard.window: must be a duration such as 250ms, 30s, 5m, got "off"',
    ],
    [
      { discovery: "zk", name: "../etc" },
      'name: must be a name of letters, digits, dots, _ and - that does not begin with a dot, got "../etc"',
    ],
    [
      { discovery: "zk", meta_cluster: "a b" },
      'meta_cluster: must be a name of letters, digits, dots, _ and - that does not begin with a dot, got "a b"',
    ],
  ])("%j is refused", (value, message) => {
    expect(wrong(() => readClusterHead(value))).toBe(message);
  });
});
