import { it } from "vitest";
import { startZookeeperRegistry } from "../src/zookeeper-registry.js";
import { testFaults } from "./registry-faults.js";

testFaults("zookeeper", startZookeeperRegistry, (faulty) => {
  it("to keep the session of a runner that hangs: it finds all anew, and who came meanwhile is there", async () => {
    const { fleet, registry } = faulty();
    const sessions = await registry.sessions();
    fleet.site.runner.kill("SIGSTOP");
    const isForgotten = async (): Promise<boolean> => (await registry.sessions()) < sessions;
    await fleet.site.until("the runner's session to expire", isForgotten, 120_000);
    await fleet.registered([await fleet.invite()]);
    fleet.site.runner.kill("SIGCONT");
    await fleet.welcomes();
  });

  it("taking the right to read, then the password: each is named, and mended by mending it", async () => {
    const { fleet, registry } = faulty();
    await registry.allow(false);
    // A watch that stands goes on without the right: it is looked at when the runner asks anew.
    const revoked = Date.now();
    registry.network.drop();
    await fleet.names({ source: "lost", after: revoked, error: /NO_AUTH/ });
    await fleet.invite();
    const granted = Date.now();
    await registry.allow(true);
    await fleet.isLive(granted);
    await fleet.welcomes();

    const changed = Date.now();
    await fleet.tellPassword("runner", "stale");
    await fleet.names({ source: "lost", after: changed, error: /NO_AUTH.*password_file/ });
    await fleet.tellPassword("runner", "s3cret");
    await fleet.isLive(changed);
    await fleet.welcomes();
  });
});
