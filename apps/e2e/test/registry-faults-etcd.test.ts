import { it } from "vitest";
import { startEtcdRegistry } from "../src/etcd-registry.js";
import { testFaults } from "./registry-faults.js";

testFaults("etcd", startEtcdRegistry, (faulty) => {
  it("compacted while the runner is cut off: it reads all anew, and who came meanwhile is there", async () => {
    const { fleet, registry } = faulty();
    const silent = Date.now();
    registry.network.hang();
    await fleet.registered([await fleet.invite()]);
    await registry.compact();
    await fleet.names({ source: "lost", after: silent, error: /no answer|did not/ });
    await registry.network.restore();
    await fleet.welcomes();
  });

  it("taking the user's rights, then its password: each is named, and mended by mending it", async () => {
    const { fleet, registry } = faulty();
    const revoked = Date.now();
    await registry.allow(false);
    await fleet.names({ source: "lost", after: revoked, error: /permission denied/ });
    await fleet.invite();
    const granted = Date.now();
    await registry.allow(true);
    await fleet.isLive(granted);
    await fleet.welcomes();

    const changed = Date.now();
    await registry.setPassword("fresh");
    await fleet.names({ source: "lost", after: changed, error: /authentication failed.*password_file/ });
    await Promise.all([fleet.tellPassword("runner", "fresh"), fleet.tellPassword("reporter", "fresh")]);
    await fleet.isLive(changed);
    await fleet.welcomes();
  });

  it("with no space left: who is there stays, who comes is told why not, and is there when there is space", async () => {
    const { fleet, registry } = faulty();
    await registry.fillQuota();
    const guest = await fleet.invite();
    const isRefused = (): boolean => guest.process.output().includes("database space exceeded");
    await fleet.until("the new host to be refused", ({ source }) => source === "live" && isRefused());
    fleet.keptAll();
    await registry.freeQuota();
    await fleet.welcomes();
  });
});
