import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findRunner } from "../src/cli/find-runner.js";
import { temporaryDirectory } from "./support/membership-house.js";

/** A socket as a runner with its state in `folder` has; what it leaves behind when it is killed, where not `running`. */
async function runnerIn(folder: string, running = true): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "writer.sock");
  if (!running) await writeFile(path, "");
  else {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
  }
  return path;
}

describe("which running one is meant", () => {
  test("the only one that runs, whatever others have left behind", async () => {
    const root = await temporaryDirectory();
    const socket = await runnerIn(join(root, "lighthouse", "conf-1"));
    await runnerIn(join(root, "lighthouse", "conf-2"), false);
    await mkdir(join(root, "lighthouse", "conf-3"));
    expect(await findRunner({}, { XDG_STATE_HOME: root })).toEqual({ socket });
  });

  test("inside a unit, the unit's", async () => {
    const root = await temporaryDirectory();
    const socket = await runnerIn(join(root, "unit"));
    const env = { XDG_STATE_HOME: root, STATE_DIRECTORY: `${root}/unit:${root}/other` };
    expect(await findRunner({}, env)).toEqual({ socket });
  });

  test("of several: an error that lists them", async () => {
    const root = await temporaryDirectory();
    for (const name of ["b", "a"]) await runnerIn(join(root, "lighthouse", name));
    await expect(findRunner({}, { XDG_STATE_HOME: root })).rejects.toThrow(
      `2 runners are running here; say which one is meant:\n  --state-dir ${root}/lighthouse/a\n  --state-dir ${root}/lighthouse/b`,
    );
  });

  test("of none: an error that says where was looked", async () => {
    const root = await temporaryDirectory();
    await expect(findRunner({}, { XDG_STATE_HOME: root })).rejects.toThrow(
      `no runner is running with its state in ${root}/lighthouse`,
    );
  });

  test.each([
    [{ stateDir: "/a", url: "http://127.0.0.1:1" }, "exclude each other"],
    [{ url: "127.0.0.1:9470" }, "--url must be like http://127.0.0.1:9470"],
    [{ url: "ftp://localhost" }, "--url must be like"],
    [{ url: "https://me:secret@proxy.example" }, "--url takes no user and password: the runner lets somebody in by"],
    [{ tokenFile: "token" }, "--token-file goes with --url only"],
  ])("%j is a usage error", async (choice, message) => {
    await expect(findRunner(choice, {})).rejects.toMatchObject({
      name: "UsageError",
      message: expect.stringContaining(message),
    });
  });
});
