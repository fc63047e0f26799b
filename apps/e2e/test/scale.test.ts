import { freePort, freePorts, haproxyStats, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { unreachableNodes } from "../src/members.js";
import { type NodeRecord, Site } from "../src/site.js";

describe.skipIf(!requireServer("haproxy"))("many", () => {
  it("1,000 clusters of 10 nodes are rendered, checked and loaded, and one of them still changes", async () => {
    const site = await Site.create();
    const members = (cluster: number): readonly NodeRecord[] => unreachableNodes(10, cluster * 10);
    const ports = await freePorts(1_000);
    for (const [cluster, port] of ports.entries()) {
      await site.writeNodes(`c${cluster}`, members(cluster));
      await site.writeCluster(`c${cluster}`, { port });
    }
    site.launch();
    await site.until(
      "1,000 clusters with 10,000 servers",
      async () => (await count(site)) === "1000 with 10000",
      60_000,
    );

    const changed = [...members(500), ...unreachableNodes(1, 20_000)];
    await site.writeNodes("c500", changed);
    await site.untilServers("c500", changed, 30_000);
    expect(await count(site)).toBe("1000 with 10001");
  });

  it.each([
    { algorithm: "roundrobin", told: true },
    { algorithm: "leastconn", told: false },
  ])(
    "one cluster of 10,000 nodes under $algorithm is loaded whole; past its limit: told: $told",
    async ({ algorithm, told }) => {
      const site = await Site.create();
      const nodes = unreachableNodes(10_000);
      await site.writeNodes("web", nodes);
      await site.writeCluster("web", { port: await freePort(), backend: [`balance ${algorithm}`] });
      await site.start();
      await site.untilServers("web", nodes, 60_000);
      const { problems } = await site.balancer();
      const about = problems.filter(({ message }) => /4,?095/.test(message));
      expect(about).toHaveLength(told ? 1 : 0);
      if (told) expect(about[0]).toMatchObject({ file: "clusters/web.yaml" });
    },
  );
});

async function count(site: Site): Promise<string> {
  const lines = await haproxyStats(site.socket);
  const clusters = lines.filter(({ server }) => server === "BACKEND").length;
  const servers = lines.filter(({ server }) => server !== "BACKEND" && server !== "FRONTEND").length;
  return `${clusters} with ${servers}`;
}
