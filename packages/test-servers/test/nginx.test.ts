import { describe, expect, it } from "vitest";
import { acceptsConnections } from "../src/accepts-connections.js";
import { prepareNginx } from "../src/nginx.js";
import { requireServer } from "../src/required-server.js";
import { tempDirectory } from "../src/temp-directory.js";
import { waitFor } from "../src/wait-for.js";
import { otherTestProcess } from "./built.js";

function isClosed(port: number): Promise<boolean> {
  return acceptsConnections(port).then(
    () => false,
    () => true,
  );
}

describe.skipIf(!requireServer("nginx"))("an nginx", () => {
  it("listens when it has started, and is gone with its workers when it has stopped", async () => {
    const directory = await tempDirectory();
    const nginx = await prepareNginx({ directory: directory.path, http: ["server { listen 127.0.0.1:%PORT%; }"] });
    await nginx.start();
    await nginx.stop();
    expect(await isClosed(nginx.port)).toBe(true);
    await directory.remove();
  });

  it("goes, with its workers, when its test process is killed", async () => {
    const other = otherTestProcess(`
      const { path } = await servers.tempDirectory();
      const nginx = await servers.prepareNginx({ directory: path, http: ["server { listen 127.0.0.1:%PORT%; }"] });
      await nginx.start();
      console.log(nginx.port);
      setInterval(() => {}, 1000);`);
    const port = Number(await other.firstLine);
    expect(await acceptsConnections(port)).toBe(true);
    other.kill("SIGKILL");
    await waitFor(() => isClosed(port), {
      what: "the port of a killed test process's nginx to be closed",
      deadlineMs: 60_000,
    });
  });
});
