import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort, freePorts } from "../src/free-port.js";
import { otherTestProcess } from "./built.js";

describe("free ports", () => {
  it("are different ones at every call, calls at the same time included", async () => {
    const ports = (await Promise.all(Array.from({ length: 60 }, () => freePorts(5)))).flat();
    expect(new Set(ports).size).toBe(300);
  });

  it("are different ones in test processes that run at the same time", async () => {
    const body = "console.log(JSON.stringify(await servers.freePorts(150))); setInterval(() => {}, 1000);";
    const others = [1, 2, 3].map(() => otherTestProcess(body));
    try {
      const lists = await Promise.all(others.map(async ({ firstLine }) => JSON.parse(await firstLine) as number[]));
      const ports = [...lists.flat(), ...(await freePorts(150))];
      expect(new Set(ports).size).toBe(600);
    } finally {
      for (const other of others) other.kill("SIGKILL");
    }
  });

  it("leave out one that is taken", async () => {
    const before = await freePort();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(before + 1, "127.0.0.1", resolve));
    const after = await freePort();
    await new Promise((resolve) => taken.close(resolve));
    expect(after).not.toBe(before + 1);
  });

  it("lie outside the range that the kernel takes ports of clients from", async () => {
    for (const port of await freePorts(20)) {
      expect(port).toBeGreaterThanOrEqual(10_000);
      expect(port).toBeLessThan(32_768);
    }
  });
});
