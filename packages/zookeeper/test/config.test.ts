import { type ConfigError, describeProblem, schemaValidator } from "@lighthouse-sd/core";
import { describe, expect, it } from "vitest";
import ZooKeeperDiscovery from "../src/index.js";
import { joinPath, parseHosts } from "../src/session/server-address.js";

describe("discovery/zookeeper.yaml", () => {
  it("of Lighthouse 1.0.0 is taken as it is", () => {
    const config = {
      hosts: ["zk01.oregon.internal:2181", "zk02.oregon.internal:2181"],
      path: "/lighthouse",
      connect_timeout: 30,
    };
    expect(ZooKeeperDiscovery.validateConfig(config)).toEqual({
      ...config,
      session_timeout: "10s",
      format: "lighthouse",
    });
  });

  it.each([
    [{}, ['"hosts" is required', '"path" is required']],
    [{ hosts: "zk1:2181", path: "/x" }, ['hosts: must be a list of host:port, got "zk1:2181"']],
    [{ hosts: [], path: "/x" }, ["hosts: must be a list of host:port, got an empty list"]],
    [{ hosts: ["zk1:http"], path: "/x" }, ['hosts: must be host:port, got "zk1:http"']],
    [{ hosts: ["zk1:70000"], path: "/x" }, ['hosts: must be host:port, got "zk1:70000"']],
    [{ hosts: ["zk1/a", "zk2/b"], path: "/x" }, ['hosts: must all end with the same path, got "/a" and "/b"']],
    [{ hosts: ["zk1/../b"], path: "/x" }, ["hosts: the path after a host must not contain . or .. as a part"]],
    [{ hosts: ["zk1"], path: "/x/../y" }, ["path: must not contain . or .. as a part"]],
    [{ hosts: ["zk1"], path: "/x\u0007" }, ["path: must not contain control characters or characters of private use"]],
    [{ host: ["zk1"], path: "/x" }, ['"hosts" is required', 'host: unknown key "host"; did you mean "hosts"?']],
    [{ hosts: ["zk1"], path: "/x", username: "a" }, ['username: needs "password_file" beside it']],
    [{ hosts: ["zk1"], path: "/x", password_file: "a" }, ['password_file: needs "username" beside it']],
    [{ hosts: ["zk1"], path: "/x", acl: "private" }, ['acl: private needs "username" and "password_file"']],
    [{ hosts: ["zk1"], path: "/x", session_timeout: "1ms" }, ["session_timeout: must be from 500ms to 1h, got 1ms"]],
    [
      { hosts: ["zk1"], path: "/x", format: "nerves" },
      ['format: must be one of "lighthouse", "nerve", "serverset", got "nerves"'],
    ],
  ])("refuses %j", (config, wanted) => {
    let problems: readonly string[] = [];
    try {
      ZooKeeperDiscovery.validateConfig(config);
    } catch (error) {
      problems = (error as ConfigError).problems.map(describeProblem);
    }
    expect(problems).toEqual(wanted);
  });

  it("has a block in a cluster's file", () => {
    const validate = schemaValidator(ZooKeeperDiscovery.clusterSchema);
    expect(validate({ path: "/nerve/web", format: "nerve" })).toEqual({ path: "/nerve/web", format: "nerve" });
    expect(() => validate({ paths: "/nerve/web" })).toThrow('unknown key "paths"; did you mean "path"?');
  });
});

describe("hosts", () => {
  it.each([
    [
      ["zk1:2181", "zk2:2182"],
      {
        servers: [
          { host: "zk1", port: 2181 },
          { host: "zk2", port: 2182 },
        ],
        chroot: "",
      },
    ],
    [["zk1"], { servers: [{ host: "zk1", port: 2181 }], chroot: "" }],
    [
      ["zk1:2181", "zk2:2181/a/b/"],
      {
        servers: [
          { host: "zk1", port: 2181 },
          { host: "zk2", port: 2181 },
        ],
        chroot: "/a/b",
      },
    ],
    [
      ["zk1:2181/a", "zk2:2181/a"],
      {
        servers: [
          { host: "zk1", port: 2181 },
          { host: "zk2", port: 2181 },
        ],
        chroot: "/a",
      },
    ],
    [
      ["zk1:2181, zk2:2181/"],
      {
        servers: [
          { host: "zk1", port: 2181 },
          { host: "zk2", port: 2181 },
        ],
        chroot: "",
      },
    ],
    [
      ["[2001:db8::1]:2181", "10.0.0.1:1"],
      {
        servers: [
          { host: "2001:db8::1", port: 2181 },
          { host: "10.0.0.1", port: 1 },
        ],
        chroot: "",
      },
    ],
  ])("%j", (hosts, wanted) => expect(parseHosts(hosts)).toEqual(wanted));

  it.each(["", ":2181", "zk1:", "zk 1:2181", "2001:db8::1:2181", "user@zk1:2181", "zk1:0"])("none is %j", (host) =>
    expect(parseHosts([host])).toMatch(/^must be host:port/),
  );
});

describe("a path", () => {
  it.each([
    [["", "lighthouse/", "web"], "/lighthouse/web"],
    [["/a", "//lighthouse", "web"], "/a/lighthouse/web"],
    [["/", ""], "/"],
  ])("of %j", (parts, wanted) => expect(joinPath(...(parts as [string, ...string[]]))).toBe(wanted));
});
