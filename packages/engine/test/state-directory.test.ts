import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostPeer } from "../src/host-peer.js";
import {
  lockStateDirectory,
  makeStateDirectory,
  stateDirectory,
  stateDirectorySetting,
} from "../src/state-directory.js";
import { temporaryDirectory } from "./support/membership-house.js";

describe("where state is kept", () => {
  const place = { directory: "/etc/lighthouse", option: undefined, setting: undefined, env: {} };
  test.each([
    ["--state-dir", { ...place, option: "/x", setting: "/y", env: { STATE_DIRECTORY: "/z" } }, "/x"],
    ["state_dir", { ...place, setting: "/y", env: { STATE_DIRECTORY: "/z" } }, "/y"],
    ["a relative state_dir", { ...place, setting: "state" }, "/etc/lighthouse/state"],
    ["$STATE_DIRECTORY", { ...place, env: { STATE_DIRECTORY: "/z:/other" } }, "/z"],
    ["$XDG_STATE_HOME", { ...place, env: { XDG_STATE_HOME: "/s" } }, "/s/lighthouse/lighthouse-"],
    ["nothing at all", place, `${homedir()}/.local/state/lighthouse/lighthouse-`],
    ["a relative $XDG_STATE_HOME, which counts as none", { ...place, env: { XDG_STATE_HOME: "s" } }, homedir()],
  ])("%s", (_name, given, path) => {
    expect(stateDirectory(given)).toContain(path);
  });

  test("two configuration directories of one base name do not share one", () => {
    const [a, b] = ["/a/conf", "/b/conf"].map((directory) => stateDirectory({ ...place, directory }));
    expect(a).not.toBe(b);
  });

  test.each([
    ["state_dir: /var/lib/x\n", "/var/lib/x"],
    ["state_dir: /var/lib/x\nsettle: {min: [\n", "/var/lib/x"],
    ["settle: {min: 20ms}\n", undefined],
    ["- a list\n", undefined],
    ["state_dir: {a: b}\n", undefined],
  ])("runner.yaml %j", async (text, setting) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "runner.yaml"), text);
    expect(await stateDirectorySetting(directory)).toBe(setting);
  });

  test("it is made for its owner alone; one that is there stays as it is", async () => {
    const base = await temporaryDirectory();
    await makeStateDirectory(join(base, "a", "b"));
    expect((await stat(join(base, "a", "b"))).mode & 0o777).toBe(0o700);
    await mkdir(join(base, "c"));
    await chmod(join(base, "c"), 0o755);
    await makeStateDirectory(join(base, "c"));
    expect((await stat(join(base, "c"))).mode & 0o777).toBe(0o755);
  });

  test("one that cannot be used is an error that says what to do", async () => {
    const base = await temporaryDirectory();
    await writeFile(join(base, "file"), "");
    await expect(makeStateDirectory(join(base, "file", "x"))).rejects.toThrow(
      /cannot use the state directory .*ENOTDIR; give another/,
    );
  });

  test("a second runner of one role is refused and told of the first; another role is not", async () => {
    const base = await temporaryDirectory();
    const first = await lockStateDirectory(base, "writer", "/etc/one");
    await expect(lockStateDirectory(base, "writer", "/etc/two")).rejects.toThrow(
      /another runner \(process \d+, on \/etc\/one\) has the role writer .*--state-dir/,
    );
    await (await lockStateDirectory(base, "reporter", "/etc/one")).release();
    await first.release();
    await (await lockStateDirectory(base, "writer", "/etc/two")).release();
  });
});

test("this host is what runner.yaml says, and otherwise has a name and an address that peers can use", async () => {
  expect(await hostPeer({ name: "lb1", ip: "10.0.0.1", peer_port: 7 })).toEqual({
    name: "lb1",
    ip: "10.0.0.1",
    port: 7,
  });
  const found = await hostPeer({ peer_port: 1024 });
  expect(found.name).toMatch(/^[A-Za-z0-9._-]+$/);
  expect(found.ip).toMatch(/^[0-9a-f.:]+$/);
});
