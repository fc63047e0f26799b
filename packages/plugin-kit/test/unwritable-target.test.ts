import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { outputOf, startScript } from "./built-package.js";
import { temporaryDirectory } from "./temporary-directory.js";

const asRoot = process.getuid?.() === 0;

/** Writes to args[0] with the options of args[1], after the set-up `before`, and says how it went. */
const WRITE = (before = ""): string => `
  ${before}
  const report = (result) => console.log(JSON.stringify(result));
  await kit.writeFileAtomic(args[0], args[2] ?? "new", JSON.parse(args[1])).then(
    async (written) => report({ written, text: (await import("node:fs")).readFileSync(args[0], "utf8") }),
    ({ code, errno, path, message }) => report({ code, errno, path, message }),
  );`;
const AS_NOBODY = WRITE("process.setgid(65534); process.setuid(65534);");

async function attempt(script: string, args: readonly string[], wrapper: readonly string[] = []): Promise<unknown> {
  return JSON.parse(await outputOf(startScript(script, args, wrapper)));
}

/** Runs the attempt in a mount namespace of its own, after the shell's `mount`. */
function mounting(mount: string): readonly string[] {
  return ["unshare", "-m", "sh", "-ec", `${mount}; exec "$@"`, "sh"];
}

// Owners and mounts need root; CI runs these as root.
describe.runIf(asRoot)("a target that cannot be written", () => {
  it("is refused where its owner cannot be kept", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "pg_hba.conf");
    await chmod(directory, 0o777);
    await writeFile(path, "old");
    await chown(path, 1234, 1234);
    await chmod(path, 0o666);
    expect(await attempt(AS_NOBODY, [path, "{}"])).toEqual({
      code: "LIGHTHOUSE_FILE",
      errno: "EPERM",
      path,
      message: `cannot replace ${path}: EPERM (its owner 1234:1234 cannot be kept; run as that user or as root, or give the file to 65534:65534)`,
    });
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(directory)).toEqual(["pg_hba.conf"]);
  });

  it("is written in place, owner kept, where that is allowed", async () => {
    const directory = await temporaryDirectory();
    const [path, scratchDirectory] = [join(directory, "a"), join(directory, "scratch")];
    await mkdir(scratchDirectory);
    for (const each of [directory, scratchDirectory]) await chmod(each, 0o777);
    await writeFile(path, "old and longer");
    await chown(path, 1234, 1234);
    await chmod(path, 0o666);
    const options = JSON.stringify({ inPlace: true, scratchDirectory });
    expect(await attempt(AS_NOBODY, [path, options])).toEqual({ written: true, text: "new" });
    expect((await stat(path)).uid).toBe(1234);
    expect(await readdir(scratchDirectory)).toEqual([]);
  });

  it("names the directory's permission", async () => {
    const directory = await temporaryDirectory();
    await chmod(directory, 0o755);
    const path = join(directory, "a");
    expect(await attempt(AS_NOBODY, [path, "{}"])).toMatchObject({
      errno: "EACCES",
      message: expect.stringMatching(/ EACCES .*ReadWritePaths=/),
    });
  });

  it("names a read-only file system and systemd's setting", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "a");
    await writeFile(path, "old");
    const readOnly = mounting(`mount --bind ${directory} ${directory}; mount -o remount,bind,ro ${directory}`);
    expect(await attempt(WRITE(), [path, "{}"], readOnly)).toMatchObject({
      errno: "EROFS",
      message: expect.stringMatching(/ EROFS .*ReadWritePaths=/),
    });
    expect(await attempt(WRITE(), [path, "{}", "old"], readOnly)).toEqual({ written: false, text: "old" });
  });

  it("keeps the old file on a full disk and leaves no part of the new one", async () => {
    const directory = await temporaryDirectory();
    const full = mounting(`mount -t tmpfs -o size=64k none ${directory}; printf old > ${directory}/a`);
    const script = `${WRITE()}
      const { readdirSync, readFileSync } = await import("node:fs");
      console.error(readdirSync(args[3]).join(), readFileSync(args[0], "utf8"));`;
    const child = startScript(script, [join(directory, "a"), "{}", "x".repeat(100_000), directory], full);
    let seen = "";
    child.stderr?.on("data", (text) => {
      seen += text;
    });
    expect(JSON.parse(await outputOf(child))).toMatchObject({ code: "LIGHTHOUSE_FILE", errno: "ENOSPC" });
    expect(seen.trim()).toBe("a old");
  });

  describe("because a single file is mounted there", () => {
    it("is refused, naming both ways out", async () => {
      const directory = await temporaryDirectory();
      const path = join(directory, "a");
      await writeFile(path, "old");
      expect(await attempt(WRITE(), [path, "{}"], mounting(`mount --bind ${path} ${path}`))).toMatchObject({
        errno: "EBUSY",
        path,
        message: expect.stringMatching(/mount point .*mount its directory instead.*in_place: true/),
      });
      expect(await readFile(path, "utf8")).toBe("old");
      expect(await readdir(directory)).toEqual(["a"]);
    });

    it.each([
      ["shorter than before", "new"],
      ["longer than before", "new ".repeat(1000)],
    ])("is written in place where that is allowed, %s", async (_case, text) => {
      const directory = await temporaryDirectory();
      const path = join(directory, "a");
      await writeFile(path, "old and long");
      const mounted = mounting(`mount --bind ${path} ${path}`);
      expect(await attempt(WRITE(), [path, '{"inPlace":true}', text], mounted)).toEqual({ written: true, text });
      expect(await readFile(path, "utf8")).toBe(text);
      expect(await readdir(directory)).toEqual(["a"]);
    });

    it("in a read-only directory, is written by way of the scratch directory", async () => {
      const [directory, outside] = [await temporaryDirectory(), await temporaryDirectory()];
      const path = join(directory, "a");
      await writeFile(path, "");
      await writeFile(join(outside, "a"), "old");
      const mounted = mounting(
        `mount --bind ${directory} ${directory}; mount -o remount,bind,ro ${directory}; mount --bind ${outside}/a ${path}`,
      );
      const options = JSON.stringify({ inPlace: true, scratchDirectory: outside });
      expect(await attempt(WRITE(), [path, options], mounted)).toEqual({ written: true, text: "new" });
      expect(await readdir(outside)).toEqual(["a"]);
    });

    it("and its disk is full, gets its old content back", async () => {
      const [directory, outside] = [await temporaryDirectory(), await temporaryDirectory()];
      const path = join(directory, "a");
      await writeFile(path, "");
      const full = mounting(
        `mount -t tmpfs -o size=64k none ${outside}; printf old > ${outside}/a; mount --bind ${outside}/a ${path}`,
      );
      const script = `${WRITE()} console.error((await import("node:fs")).readFileSync(args[0], "utf8"));`;
      const child = startScript(script, [path, '{"inPlace":true}', "x".repeat(100_000)], full);
      let seen = "";
      child.stderr?.on("data", (text) => {
        seen += text;
      });
      expect(JSON.parse(await outputOf(child))).toMatchObject({
        errno: "ENOSPC",
        message: `cannot write in place to ${path}: ENOSPC (the old content was written back)`,
      });
      expect(seen.trim()).toBe("old");
      expect(await readdir(directory)).toEqual(["a"]);
    });
  });
});
