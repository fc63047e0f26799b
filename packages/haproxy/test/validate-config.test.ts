import { isConfigError, type Problem } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import { validateConfig } from "../src/config/validate-config.js";

const MINIMAL = { config_file: "/etc/haproxy.cfg", socket_file: "/run/h.sock", pid_file: "/run/h.pid" };

function problems(value: unknown): readonly Problem[] {
  try {
    validateConfig(value);
    return [];
  } catch (error) {
    if (isConfigError(error)) return error.problems;
    throw error;
  }
}

describe("a configuration", () => {
  test("gets its defaults", () => {
    expect(validateConfig(MINIMAL)).toEqual({
      ...MINIMAL,
      binary: "haproxy",
      global: [],
      defaults: [],
      meta_clusters: {},
      meta_cluster_ports: {},
      proxies: {},
      extra_files: [],
      socket: { mode: "600" },
      adopt: false,
      restart_interval: "2s",
      drain: "30s",
      resync: "30s",
      max_old_workers: 3,
      hard_stop_after: "off",
      enforce: false,
      runtime: true,
      process: { mode: "daemon" },
    });
  });

  test("may have its ports in quotes", () => {
    const config = validateConfig({
      ...MINIMAL,
      meta_clusters: { a: { port: "80" } },
      meta_cluster_ports: { b: "81" },
      proxies: { p: { port: "82", upstreams: [{ host: "h", port: "83" }] } },
      stats: { port: "84" },
    });
    expect(config.meta_clusters["a"]?.port).toBe(80);
    expect(config.meta_cluster_ports["b"]).toBe(81);
    expect(config.proxies["p"]?.port).toBe(82);
    expect(config.proxies["p"]?.upstreams[0]?.port).toBe(83);
    expect(config.stats).toEqual({ port: 84, uri: "/", timeouts: {} });
  });

  test("is not changed where it is read", () => {
    const value = Object.freeze({ ...MINIMAL, stats: Object.freeze({ port: "84" }) });
    validateConfig(value);
    expect(value).toEqual({ ...MINIMAL, stats: { port: "84" } });
  });

  test.each<readonly [string, Record<string, unknown>]>([
    ["daemon with a pid_file", {}],
    ["master with a master_socket", { pid_file: undefined, process: { mode: "master", master_socket: "/run/m" } }],
    ["master with a pid_file", { process: { mode: "master" } }],
    ["command", { pid_file: undefined, process: { mode: "command", reload: ["systemctl", "reload", "haproxy"] } }],
    ["command with a limit", { process: { mode: "command", reload: ["x"], timeout: "5s" } }],
    ["none", { pid_file: undefined, process: { mode: "none" } }],
  ])("is accepted: %s", (_name, value) => {
    const { pid_file, ...rest } = { ...MINIMAL, ...value };
    expect(problems(pid_file === undefined ? rest : { pid_file, ...rest })).toEqual([]);
  });
});

describe("a mistake is named with its place", () => {
  const LINE = "must be one line of text without control characters";
  const DURATION = "must be a duration such as 250ms, 30s, 5m";
  const cases: readonly (readonly [name: string, value: Record<string, unknown>, path: Problem["path"], string])[] = [
    [
      "an unknown key, near a known one",
      { bind_adress: "x" },
      ["bind_adress"],
      'unknown key "bind_adress"; did you mean "bind_address"?',
    ],
    [
      "an unknown key of a meta cluster",
      { meta_clusters: { a: { port: 1, frontends: [] } } },
      ["meta_clusters", "a", "frontends"],
      'unknown key "frontends"; did you mean "frontend"?',
    ],
    [
      "an unknown key of a proxy",
      { proxies: { p: { port: 1, upstreams: [], option: [] } } },
      ["proxies", "p", "option"],
      'unknown key "option"; did you mean "options"?',
    ],
    [
      "an unknown key of an upstream",
      { proxies: { p: { port: 1, upstreams: [{ host: "h", port: 1, maxconn: 1 }] } } },
      ["proxies", "p", "upstreams", 0, "maxconn"],
      'unknown key "maxconn"; did you mean "max_conn"?',
    ],
    [
      "a port that is none",
      { stats: { port: "80a" } },
      ["stats", "port"],
      'must be an integer from 1 to 65535, got "80a"',
    ],
    [
      "a port too high",
      { meta_cluster_ports: { a: 65536 } },
      ["meta_cluster_ports", "a"],
      "must be an integer from 1 to 65535, got 65536",
    ],
    ["a port that is missing", { stats: {} }, ["stats"], '"port" is required'],
    ["upstreams that are missing", { proxies: { p: { port: 1 } } }, ["proxies", "p"], '"upstreams" is required'],
    ["a newline in global", { global: ["maxconn 1", "a\nb"] }, ["global", 1], `${LINE}, got "a\\nb"`],
    ["a null in defaults", { defaults: ["a\u0000b"] }, ["defaults", 0], `${LINE}, got "a\\u0000b"`],
    ["a tab in a line", { defaults: ["a\tb"] }, ["defaults", 0], `${LINE}, got "a\\tb"`],
    [
      "a delete character in an option",
      { proxies: { p: { port: 1, upstreams: [], options: ["\u007f"] } } },
      ["proxies", "p", "options", 0],
      `${LINE}, got "\\u007f"`,
    ],
    ["a line that is no text", { global: [{ maxconn: 1 }] }, ["global", 0], `${LINE}, got a mapping (maxconn)`],
    ["one line instead of a list", { global: "maxconn 1" }, ["global"], 'must be a list, got "maxconn 1"'],
    ["a newline in a path", { extra_files: ["/a\nb"] }, ["extra_files", 0], 'must be a path, got "/a\\nb"'],
    ["an empty path", { config_file: "" }, ["config_file"], 'must be a path, got ""'],
    [
      "a variable in the socket's path",
      { socket_file: "/run/$X" },
      ["socket_file"],
      'must be a path without dollar signs, got "/run/$X"',
    ],
    [
      "an address with a space",
      { bind_address: "127.0.0.1 ssl" },
      ["bind_address"],
      'must be an IP address, a host name, or * for all addresses, got "127.0.0.1 ssl"',
    ],
    [
      "a host with a space",
      { proxies: { p: { port: 1, upstreams: [{ host: "a b", port: 1 }] } } },
      ["proxies", "p", "upstreams", 0, "host"],
      'must be a host name or an IP address, got "a b"',
    ],
    [
      "a uri without a slash",
      { stats: { port: 1, uri: "x" } },
      ["stats", "uri"],
      'must be a path that begins with /, got "x"',
    ],
    [
      "a uri with a space",
      { stats: { port: 1, uri: "/x y" } },
      ["stats", "uri"],
      'must be a path that begins with /, got "/x y"',
    ],
    [
      "a timeout of no time",
      { stats: { port: 1, timeouts: { client: 0 } } },
      ["stats", "timeouts", "client"],
      "must be an integer of at least 1, got 0",
    ],
    [
      "a socket mode that YAML read as a number",
      { socket: { mode: 600 } },
      ["socket", "mode"],
      'must be an octal mode in quotes, such as "600", got 600',
    ],
    ["a socket's user", { socket: { user: "a b" } }, ["socket", "user"], 'must be a user name, got "a b"'],
    ["a duration that is none", { drain: "soon" }, ["drain"], `${DURATION}, got "soon"`],
    ["a resync that is off", { resync: "off" }, ["resync"], `${DURATION}, got "off"`],
    ["a hard stop that is none", { hard_stop_after: "x" }, ["hard_stop_after"], `${DURATION}, or off, got "x"`],
    [
      "a negative number of workers",
      { max_old_workers: -1 },
      ["max_old_workers"],
      "must be an integer of at least 0, got -1",
    ],
    ["adopt as a word", { adopt: "yes" }, ["adopt"], 'must be true or false, got "yes"'],
    [
      "a process mode that is none",
      { process: { mode: "systemd" } },
      ["process", "mode"],
      'must be one of "daemon", "master", "command", "none", got "systemd"',
    ],
    ["a process without a mode", { process: {} }, ["process"], '"mode" is required'],
    [
      "a reload command as text",
      { process: { mode: "command", reload: "x y" } },
      ["process", "reload"],
      'must be a program and its arguments as a list, got "x y"',
    ],
    ["a command without one", { process: { mode: "command" } }, ["process"], '"reload" is required in mode command'],
    [
      "a key of another mode",
      { process: { mode: "daemon", reload: ["x"] } },
      ["process", "reload"],
      "belongs to mode command, not daemon",
    ],
    [
      "a limit in another mode",
      { process: { mode: "none", timeout: "1s" } },
      ["process", "timeout"],
      "belongs to mode command, not none",
    ],
    [
      "a master socket in another mode",
      { process: { mode: "daemon", master_socket: "/m" } },
      ["process", "master_socket"],
      "belongs to mode master, not daemon",
    ],
    [
      "a meta cluster in both forms",
      { meta_clusters: { a: { port: 1 } }, meta_cluster_ports: { a: 2 } },
      ["meta_cluster_ports", "a"],
      "stands in meta_clusters too",
    ],
    [
      "two equal upstreams",
      {
        proxies: {
          p: {
            port: 1,
            upstreams: [
              { host: "h", port: 2 },
              { host: "h", port: 3 },
              { host: "h", port: 2 },
            ],
          },
        },
      },
      ["proxies", "p", "upstreams", 2],
      "h:2 stands in this list already",
    ],
    [
      "two parts on one address",
      { stats: { port: 80 }, meta_clusters: { a: { port: 80, bind_address: "127.0.0.1" } } },
      ["meta_clusters", "a", "port"],
      "meta cluster a: 127.0.0.1:80 is taken by stats (*:80)",
    ],
    [
      "two parts of one name",
      { stats: { port: 1 }, proxies: { stats: { port: 2, upstreams: [] } } },
      ["stats"],
      'stats: has the same section name "stats" as proxy stats',
    ],
  ];

  test.each(cases)("%s", (_name, value, path, message) => {
    const found = problems({ ...MINIMAL, ...value });
    expect(found.map((problem) => ({ path: problem.path, message: problem.message }))).toEqual([{ path, message }]);
  });

  test.each([
    ["nothing at all", {}, ['"config_file" is required', '"socket_file" is required']],
    [
      "no pid_file in mode daemon",
      { config_file: "/a", socket_file: "/b" },
      ['"pid_file" is required in process mode daemon'],
    ],
    [
      "master without a way to tell it",
      { config_file: "/a", socket_file: "/b", process: { mode: "master" } },
      ['"master_socket" is required in mode master where there is no "pid_file"'],
    ],
  ])("%s", (_name, value, messages) => {
    expect(problems(value).map((problem) => problem.message)).toEqual(messages);
  });

  test.each(["a b", "a\nb", "a/b", "", "a;b"])("a section's name that HAProxy would not take: %j", (name) => {
    expect(problems({ ...MINIMAL, proxies: { [name]: { port: 1, upstreams: [] } } })).toEqual([
      {
        path: ["proxies", name],
        message: `must be a name of letters, digits, dot, underscore, colon and hyphen, got ${JSON.stringify(name)}`,
        atKey: true,
      },
    ]);
  });

  test.each(["constructor", "toString", "__proto__"])("%s is a name like others", (name) => {
    expect(problems({ ...MINIMAL, meta_cluster_ports: Object.fromEntries([[name, 80]]) })).toEqual([]);
  });

  test("all mistakes are named at once", () => {
    const found = problems({ config_file: "", global: ["a\nb"], stats: { port: 0 }, nonsense: 1 });
    expect(found.map(({ path }) => path.join("."))).toEqual(
      expect.arrayContaining(["", "config_file", "global.0", "stats.port", "nonsense"]),
    );
  });

  test("of an unknown key, the key itself is at fault", () => {
    expect(problems({ ...MINIMAL, nonsense: 1 })[0]?.atKey).toBe(true);
  });
});

test("a key with nothing behind it counts as missing", () => {
  const paths = { config_file: "a", socket_file: "b", pid_file: "c" };
  expect(validateConfig({ ...paths, global: null, meta_clusters: null })).toEqual(validateConfig(paths));
});
