import { freePort, haproxyStats, httpServer, requireServer, startHttpLoad } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { startMembers, unreachableNodes } from "../src/members.js";
import { isFullRun } from "../src/seeded-random.js";
import { Site } from "../src/site.js";

const RELOADS = isFullRun ? 30 : 8;
/** Which of them is onto a port that is taken. */
const TAKEN = 3;

describe.skipIf(!requireServer("haproxy"))("structural reloads while requests flow", () => {
  it(`${RELOADS} in a row, one onto a taken port, with a dead server known to be down: no failed request`, async () => {
    // Without retries a request to the dead server fails at once: the test sees it when its state is forgotten. The
    // members live in this process, which also makes the load: a late answer to a check, or to the connection for it
    // (which has `inter`), is not a member that is down.
    const site = await Site.create({
      balancer: {
        defaults: [
          "mode http",
          "retries 0",
          "timeout connect 2s",
          "timeout client 60s",
          "timeout server 30s",
          "timeout check 5s",
        ],
      },
    });
    const port = await freePort();
    const members = await startMembers(["app1", "app2"]);
    const dead = { host: "dead.example.com", ip: "127.0.0.1", port: await freePort() };
    await site.writeCluster("web", {
      port,
      backend: ["balance roundrobin", "option httpchk GET /"],
      server_options: "check inter 3s fastinter 500ms fall 2 rise 2",
    });
    await site.writeNodes("web", [...members.map(({ node }) => node), dead]);
    await site.start();
    await site.until("the dead server to be known as down, the others as up", async () => {
      const states = (await haproxyStats(site.socket)).filter(
        ({ proxy, address }) => proxy === "web" && address !== "",
      );
      return states.every(({ address, status }) => status === (address.endsWith(`:${dead.port}`) ? "DOWN" : "UP"));
    });

    const load = startHttpLoad({ port, freshPerSecond: 200, keepAliveConnections: 50, keepAlivePerSecond: 200 });
    try {
      await untilAnswered(site, load, 200);
      for (let number = 0; number < RELOADS; number++) {
        if (number === TAKEN) await reloadOntoTakenPort(site);
        else await addCluster(site, `extra${number}`);
        await untilAnswered(site, load, load.answered + 100);
      }
    } finally {
      const report = await load.stop();
      expect(report.failures).toEqual([]);
      expect(report.unannouncedCloses, "kept connections closed without a word").toBe(0);
      expect(Object.keys(report.answers).sort()).toEqual(["app1", "app2"]);
      expect(report.requests).toBeGreaterThan(RELOADS * 100);
    }
    expect((await site.balancer()).reloads).toBeGreaterThanOrEqual(RELOADS - 1);
  });
});

async function untilAnswered(site: Site, load: { readonly answered: number }, count: number): Promise<void> {
  await site.until(`${count} answers`, () => load.answered >= count);
}

async function addCluster(site: Site, name: string): Promise<void> {
  await site.writeNodes(name, unreachableNodes(3));
  await site.writeCluster(name, { port: await freePort() });
  await site.untilServers(name, unreachableNodes(3));
}

/** The cluster is left out and named; what the running HAProxy has stays. Then it moves to a port that is free. */
async function reloadOntoTakenPort(site: Site): Promise<void> {
  const squatter = await httpServer({ name: "squatter" });
  onTestFinished(() => squatter.stop());
  await site.writeNodes("taken", unreachableNodes(3));
  await site.writeCluster("taken", { port: squatter.port });
  await site.until("the taken port to be told", async () => {
    const { problems, lastError } = await site.balancer();
    const named = problems.some(
      ({ file, message }) => file === "clusters/taken.yaml" && message.includes(String(squatter.port)),
    );
    if (named) return true;
    throw new Error(`problems: ${JSON.stringify(problems)}, lastError: ${JSON.stringify(lastError)}`);
  });
  expect(await site.servers("taken")).toBeUndefined();
  await addCluster(site, "beside");
  await addCluster(site, "taken");
}
