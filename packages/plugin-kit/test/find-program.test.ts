import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { findProgram } from "../src/index.js";
import { temporaryDirectory } from "./temporary-directory.js";

let directory: string;
let near: string;
let far: string;

async function put(path: string, mode = 0o755): Promise<string> {
  await writeFile(path, "#!/bin/sh\n");
  await chmod(path, mode);
  return path;
}

beforeEach(async () => {
  directory = await temporaryDirectory();
  [near, far] = [join(directory, "near"), join(directory, "far")];
  await Promise.all([mkdir(near), mkdir(far)]);
  vi.stubEnv("PATH", `${near}:${far}`);
});
afterEach(() => void vi.unstubAllEnvs());

const found = (program: string): Promise<string> => findProgram(program, { key: "binary", directory });

describe("a name", () => {
  it("is looked up in PATH, the first folder first", async () => {
    const second = await put(join(far, "acme"));
    expect(await found("acme")).toBe(second);
    const first = await put(join(near, "acme"));
    expect(await found("acme")).toBe(first);
  });

  it("is looked up where Debian keeps servers, whatever PATH says", async () => {
    vi.stubEnv("PATH", undefined);
    expect(await found("ldconfig")).toMatch(/^\/(usr\/)?sbin\/ldconfig$/);
  });

  it("is not what cannot be run, nor a folder", async () => {
    await put(join(near, "acme"), 0o644);
    const second = await put(join(far, "acme"));
    expect(await found("acme")).toBe(second);
    await mkdir(join(near, "folder"));
    await expect(found("folder")).rejects.toThrow("no program folder");
  });

  it("is not what happens to be where this process was started", async () => {
    await put(join(near, "acme"));
    const home = process.cwd();
    onTestFinished(() => process.chdir(home));
    process.chdir(near);
    for (const path of ["", ":", ".", `:${far}`]) {
      vi.stubEnv("PATH", path);
      await expect(found("acme"), `PATH=${path}`).rejects.toThrow("no program acme");
    }
  });

  it("says everywhere that it was looked for, and what to do", async () => {
    await expect(found("acme")).rejects.toThrow(
      `no program acme (looked for ${near}/acme, ${far}/acme, /usr/sbin/acme, /sbin/acme): ` +
        'install it, or name its path in "binary"',
    );
  });
});

describe("a path", () => {
  it("is relative to the directory, and not looked up in PATH", async () => {
    const program = await put(join(near, "acme"));
    expect(await found("near/acme")).toBe(program);
    expect(await found(program)).toBe(program);
    await expect(found("./acme")).rejects.toThrow(`no program ./acme (looked for ${directory}/acme)`);
  });

  it("keeps the name that it goes by", async () => {
    await put(join(near, "many-in-one"));
    await symlink("many-in-one", join(near, "acme"));
    expect(await found("near/acme")).toBe(join(near, "acme"));
  });

  it("is not a link to nowhere", async () => {
    await symlink("nowhere", join(near, "acme"));
    await expect(found("near/acme")).rejects.toThrow("no program near/acme");
  });
});
