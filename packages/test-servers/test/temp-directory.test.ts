import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempDirectory } from "../src/temp-directory.js";
import { waitFor } from "../src/wait-for.js";
import { otherTestProcess } from "./built.js";

describe("a temporary directory", () => {
  it("is removed with all that is in it, and removing it again is no error", async () => {
    const directory = await tempDirectory();
    writeFileSync(join(directory.path, "file"), "text");
    await directory.remove();
    await directory.remove();
    expect(existsSync(directory.path)).toBe(false);
  });

  it.each(["SIGKILL", "SIGTERM"] as const)(
    "goes, with what runs in it, when its test process ends by %s",
    async (signal) => {
      const other = otherTestProcess(`
      import { spawn } from "node:child_process";
      import { writeFileSync } from "node:fs";
      const { path } = await servers.tempDirectory();
      writeFileSync(path + "/server.mjs", "setInterval(() => {}, 1000)");
      const server = spawn(process.execPath, [path + "/server.mjs"], { detached: true, stdio: "ignore" });
      console.log(JSON.stringify({ path, pid: server.pid }));
      setInterval(() => {}, 1000);`);
      const { path, pid } = JSON.parse(await other.firstLine) as { path: string; pid: number };
      expect(existsSync(path)).toBe(true);
      other.kill(signal);
      await waitFor(() => !isRunning(pid), { what: `process ${pid} of a killed test process to be killed` });
      await waitFor(() => !existsSync(path), { what: `${path} of a killed test process to be removed` });
    },
  );
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
