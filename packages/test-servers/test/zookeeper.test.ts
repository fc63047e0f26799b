import { afterEach, describe, expect, it } from "vitest";
import { requireServer } from "../src/required-server.js";
import { startZookeeper, type ZookeeperEnsemble, type ZookeeperOptions } from "../src/zookeeper-ensemble.js";

describe.skipIf(!requireServer("zookeeper"))("a real ZooKeeper", () => {
  let ensemble: ZookeeperEnsemble | undefined;

  const started = async (options?: ZookeeperOptions): Promise<ZookeeperEnsemble> => {
    ensemble = await startZookeeper(options);
    return ensemble;
  };
  afterEach(() => ensemble?.stop());

  it("serves alone, and again after it was killed and restarted empty", async () => {
    const { servers, restartEmpty } = await started();
    expect((await servers[0]?.figures())?.["zk_server_state"]).toBe("standalone");
    await restartEmpty();
    expect(await servers[0]?.command("ruok")).toBe("imok");
  });

  it("serves as an ensemble of three with one leader", async () => {
    const { servers } = await started({ servers: 3 });
    const states = await Promise.all(servers.map(async (server) => (await server.figures())["zk_server_state"]));
    expect(states.sort()).toEqual(["follower", "follower", "leader"]);
  });

  it("does not answer while it is paused", async () => {
    const { servers } = await started();
    servers[0]?.pause();
    const answer = servers[0]?.command("ruok");
    const waited = new Promise((resolve) => setTimeout(() => resolve("nothing"), 300));
    expect(await Promise.race([answer, waited])).toBe("nothing");
    servers[0]?.resume();
    expect(await answer).toBe("imok");
  });
});
