import { join } from "node:path";
import { requireServer, startRunner } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { unreachableNodes, whoAnswers } from "../src/members.js";
import { startRunningSite } from "../src/running-site.js";
import { Site } from "../src/site.js";

describe.skipIf(!requireServer("haproxy"))("two runners on one HAProxy", () => {
  it("the second changes nothing and names the first", async () => {
    const { site, port } = await startRunningSite();
    const first = { pid: site.runner.pid, text: await site.configText(), haproxy: await site.haproxyPid() };

    // Another configuration directory with another idea of what the same HAProxy should do.
    const other = await Site.create({
      balancer: { config_file: site.configFile, socket_file: site.socket, pid_file: site.pidFile },
    });
    await other.writeCluster("web", { port });
    await other.writeNodes("web", unreachableNodes(3));
    const second = startRunner({
      directory: other.configDirectory,
      stateDirectory: join(other.directory.path, "state"),
      httpPort: other.httpPort,
    });
    onTestFinished(async () => void (await second.stop()));
    await site.until("the second to refuse", () => {
      const said = second.output();
      return said.includes(String(first.pid)) && said.includes(site.configDirectory);
    });
    expect({ pid: site.runner.pid, text: await site.configText(), haproxy: await site.haproxyPid() }).toEqual(first);
    expect(await whoAnswers(port)).toEqual(["app1"]);
  });
});
