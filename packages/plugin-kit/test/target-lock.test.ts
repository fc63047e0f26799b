import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer, Socket } from "node:net";
import { join } from "node:path";
import { eventually } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { lockTarget } from "../src/index.js";
import { firstLine, outputOf, startScript } from "./built-package.js";
import { temporaryDirectory } from "./temporary-directory.js";

const first = { name: "edge", directory: "/etc/lighthouse" };
const second = { name: "other", directory: "/srv/lighthouse" };

/** Locks args[0], says so, and goes on running. */
const HOLD = `
  await kit.lockTarget(args[0], { name: "edge", directory: "/etc/lighthouse" });
  console.log("locked");
  setInterval(() => {}, 1000);`;

describe("lockTarget", () => {
  it("refuses a second holder in this process, naming the first", async () => {
    const path = join(await temporaryDirectory(), "haproxy.cfg");
    const lock = await lockTarget(path, first);
    await expect(lockTarget(path, second)).rejects.toMatchObject({
      code: "LIGHTHOUSE_LOCKED",
      path,
      holder: { ...first, pid: process.pid },
      message: `${path} is kept by "edge" of "/etc/lighthouse", process ${process.pid}; stop it, or give this one another target`,
    });
    await lock.release();
    await lock.release();
    await (await lockTarget(path, second)).release();
  });

  it("names the holder though this process stood still when it asked", async () => {
    const path = join(await temporaryDirectory(), "haproxy.cfg");
    const lock = await lockTarget(path, first);
    const refused = expect(lockTarget(path, second)).rejects.toMatchObject({ holder: { ...first, pid: process.pid } });
    vi.spyOn(Socket.prototype, "setTimeout").mockImplementationOnce(function (this: Socket, ...given) {
      const socket = this.setTimeout(...given);
      process.nextTick(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200));
      return socket;
    });
    await refused;
    vi.restoreAllMocks();
    await lock.release();
  });

  it("refuses a second holder in another process, until the first one dies", async () => {
    const path = join(await temporaryDirectory(), "haproxy.cfg");
    const child = startScript(HOLD, [path]);
    expect(await firstLine(child)).toBe("locked");
    await expect(lockTarget(path, second)).rejects.toMatchObject({ holder: { ...first, pid: child.pid } });
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await lockTarget(path, second)).release();
  });

  it("keeps no process running", async () => {
    const path = join(await temporaryDirectory(), "a");
    expect(await outputOf(startScript(`${HOLD.split("setInterval")[0]}`, [path]))).toBe("locked");
  });

  it.each([
    ["the file's other spelling", "real/../real/a"],
    ["a link to the file", "link-to-file"],
    ["a link to its directory", "link-to-directory/a"],
  ])("knows the target by its real path: %s", async (_case, spelling) => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "real"));
    await writeFile(join(directory, "real/a"), "");
    await symlink("real", join(directory, "link-to-directory"));
    await symlink("real/a", join(directory, "link-to-file"));
    const lock = await lockTarget(join(directory, "real/a"), first);
    await expect(lockTarget(join(directory, spelling), second)).rejects.toMatchObject({ code: "LIGHTHOUSE_LOCKED" });
    await lock.release();
  });

  it("is one lock before and after the file comes into being", async () => {
    const path = join(await temporaryDirectory(), "a");
    const lock = await lockTarget(path, first);
    await writeFile(path, "");
    await expect(lockTarget(path, second)).rejects.toMatchObject({ code: "LIGHTHOUSE_LOCKED" });
    await lock.release();
  });

  it("keeps two targets apart", async () => {
    const directory = await temporaryDirectory();
    const locks = [await lockTarget(join(directory, "a"), first), await lockTarget(join(directory, "b"), first)];
    for (const lock of locks) await lock.release();
  });

  it("goes to exactly one of many who try at once", async () => {
    const path = join(await temporaryDirectory(), "a");
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockTarget(path, first)));
    const locks = tries.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
    expect(locks).toHaveLength(1);
    await locks[0]?.release();
  });

  it("takes over at once from a holder who lets go", async () => {
    const path = join(await temporaryDirectory(), "a");
    for (let round = 0; round < 50; round++) {
      const lock = await lockTarget(path, first);
      const releasing = lock.release();
      const next = await eventually(() => lockTarget(path, second));
      await releasing;
      await next.release();
    }
  });

  it.each([
    ["says nothing", ""],
    ["talks of something else", "HTTP/1.1 400 Bad Request\n"],
    ["answers without end", "x".repeat(100_000)],
  ])("refuses where the one who listens %s", async (_case, answer) => {
    const path = join(await temporaryDirectory(), "a");
    const name = `\0lighthouse-${createHash("sha256").update(path).digest("hex")}`;
    const server = createServer((socket) => socket.on("error", () => undefined).write(answer));
    server.listen(name);
    await once(server, "listening");
    onTestFinished(() => void server.close());
    await expect(lockTarget(path, second)).rejects.toMatchObject({
      code: "LIGHTHOUSE_LOCKED",
      holder: undefined,
      message: expect.stringContaining("a process that does not answer"),
    });
  });

  it("names the directory that is missing", async () => {
    const path = join(await temporaryDirectory(), "none/a");
    await expect(lockTarget(path, first)).rejects.toMatchObject({ code: "LIGHTHOUSE_FILE", errno: "ENOENT", path });
  });
});
