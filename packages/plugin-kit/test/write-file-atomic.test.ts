import { chmod, chown, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepareFile, writeFileAtomic } from "../src/index.js";
import { outputOf, startScript } from "./built-package.js";
import { temporaryDirectory } from "./temporary-directory.js";

const asRoot = process.getuid?.() === 0;

describe("writeFileAtomic", () => {
  it("writes a new file, readable by all", async () => {
    const directory = await temporaryDirectory();
    expect(await writeFileAtomic(join(directory, "a"), "one\n")).toBe(true);
    expect(await readFile(join(directory, "a"), "utf8")).toBe("one\n");
    expect((await stat(join(directory, "a"))).mode & 0o7777).toBe(0o644);
    expect(await readdir(directory)).toEqual(["a"]);
  });

  it.each([
    ["text", "grüße\n"],
    ["bytes", new Uint8Array([0, 255, 10])],
    ["nothing", ""],
  ])("touches nothing where the file holds the same %s", async (_case, content) => {
    const path = join(await temporaryDirectory(), "a");
    await writeFileAtomic(path, content);
    const before = await stat(path, { bigint: true });
    expect(await writeFileAtomic(path, content)).toBe(false);
    const after = await stat(path, { bigint: true });
    expect([after.ino, after.mtimeNs, after.ctimeNs]).toEqual([before.ino, before.mtimeNs, before.ctimeNs]);
  });

  it("writes other bytes of the same length", async () => {
    const path = join(await temporaryDirectory(), "a");
    await writeFile(path, "aaaa");
    expect(await writeFileAtomic(path, "aaab")).toBe(true);
    expect(await readFile(path, "utf8")).toBe("aaab");
  });

  it.each([0o600, 0o640, 0o4755, 0o666])(
    "keeps the mode %o of a file that exists, whatever is asked for",
    async (mode) => {
      const path = join(await temporaryDirectory(), "a");
      await writeFile(path, "old");
      await chmod(path, mode);
      await writeFileAtomic(path, "new", { mode: 0o644 });
      expect((await stat(path)).mode & 0o7777).toBe(mode);
    },
  );

  it("gives a new file the mode that is asked for, whatever the umask", async () => {
    const path = join(await temporaryDirectory(), "a");
    await writeFileAtomic(path, "x", { mode: 0o666 });
    expect((await stat(path)).mode & 0o7777).toBe(0o666);
  });

  it.runIf(asRoot)("keeps the owner of a file that exists, and its set-id bits with it", async () => {
    const path = join(await temporaryDirectory(), "a");
    await writeFile(path, "old");
    await chown(path, 1234, 4321);
    await chmod(path, 0o4750);
    await writeFileAtomic(path, "new");
    const { uid, gid, mode } = await stat(path);
    expect([uid, gid, mode & 0o7777]).toEqual([1234, 4321, 0o4750]);
  });

  it.each([
    ["to a file", "real/file"],
    ["to a file that does not exist yet", "real/other"],
    ["to a link to a file", "link-to-file"],
  ])("writes through a symbolic link %s", async (_case, target) => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "real"));
    await writeFile(join(directory, "real/file"), "old");
    await symlink("real/file", join(directory, "link-to-file"));
    await symlink(target, join(directory, "link"));
    await writeFileAtomic(join(directory, "link"), "new");
    expect((await lstat(join(directory, "link"))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(directory, target), "utf8")).toBe("new");
  });

  it.each([
    ["a directory", (path: string) => mkdir(path), /it exists and is not a regular file/],
    ["a loop of links", (path: string) => symlink("a", path), /resolve .*ELOOP/],
    ["in a directory that does not exist", async () => undefined, /ENOENT \(the directory does not exist; create it\)/],
  ])("refuses a target that is %s", async (name, make, message) => {
    const directory = await temporaryDirectory();
    const path = join(directory, name.startsWith("in ") ? "none/a" : "a");
    await make(path);
    const before = await readdir(directory);
    await expect(writeFileAtomic(path, "x")).rejects.toMatchObject({
      code: "LIGHTHOUSE_FILE",
      message: expect.stringMatching(message),
    });
    expect(await readdir(directory)).toEqual(before);
  });

  it("writes a file whose name is as long as names can be", async () => {
    const directory = await temporaryDirectory();
    const name = "ü".repeat(127);
    await writeFileAtomic(join(directory, name), "x");
    expect(await readdir(directory)).toEqual([name]);
  });

  it("shows readers the old file or the new one, never a part", async () => {
    const path = join(await temporaryDirectory(), "a");
    const contents = ["a", "b"].map((letter) => letter.repeat(200_000));
    await writeFileAtomic(path, contents[0] ?? "");
    let writing = true;
    const writer = (async () => {
      for (let round = 1; round <= 40; round++) await writeFileAtomic(path, contents[round % 2] ?? "");
      writing = false;
    })();
    let reads = 0;
    for (; writing; reads++) expect(contents.includes(await readFile(path, "utf8"))).toBe(true);
    await writer;
    expect(reads).toBeGreaterThan(0);
  });
});

describe("prepareFile", () => {
  it("leaves the target alone until commit", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "a");
    await writeFile(path, "old", { mode: 0o600 });
    const prepared = await prepareFile(path, "new");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readFile(prepared.path, "utf8")).toBe("new");
    expect((await stat(prepared.path)).mode & 0o7777).toBe(0o600);
    expect(prepared.path.startsWith(join(directory, "."))).toBe(true);
    await prepared.commit();
    expect(await readFile(path, "utf8")).toBe("new");
    await prepared.discard();
    expect(await readdir(directory)).toEqual(["a"]);
    await expect(prepared.commit()).rejects.toThrow(/already committed or discarded/);
  });

  it("leaves nothing after discard", async () => {
    const directory = await temporaryDirectory();
    const prepared = await prepareFile(join(directory, "a"), "new");
    await prepared.discard();
    await prepared.discard();
    expect(await readdir(directory)).toEqual([]);
  });

  it("leaves nothing after a commit that fails", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "a");
    const prepared = await prepareFile(path, "new");
    await mkdir(path);
    await expect(prepared.commit()).rejects.toMatchObject({ code: "LIGHTHOUSE_FILE", path });
    expect(await readdir(directory)).toEqual(["a"]);
  });

  it("removes what a killed process left of the same file, and nothing else", async () => {
    const directory = await temporaryDirectory();
    const script = "await kit.prepareFile(args[0], 'half'); process.kill(process.pid, 'SIGKILL')";
    for (const name of ["a", "a.b"]) {
      await outputOf(startScript(script, [join(directory, name)])).catch(() => undefined);
    }
    const own = await prepareFile(join(directory, "a"), "in work");
    const foreign = [".a.notes", ".a.1-x-1.lighthouse-tmp", "a.lighthouse-tmp"];
    for (const name of foreign) await writeFile(join(directory, name), "");
    expect((await readdir(directory)).filter((name) => name.startsWith(".a.b."))).toHaveLength(1);
    await writeFileAtomic(join(directory, "a"), "whole");
    const left = await readdir(directory);
    expect(left.filter((name) => !name.startsWith(".a.b.")).sort()).toEqual(
      ["a", own.path.slice(directory.length + 1), ...foreign].sort(),
    );
    expect(left).toHaveLength(foreign.length + 3);
    await own.discard();
  });

  it("removes what a process of the same pid left before a restart", async () => {
    const directory = await temporaryDirectory();
    const before = join(directory, `.a.${process.pid}-1-1.lighthouse-tmp`);
    await writeFile(before, "half");
    await writeFileAtomic(join(directory, "a"), "whole");
    expect(await readdir(directory)).toEqual(["a"]);
  });
});
