import { freePort, requireServer, runLighthouse } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { startMembers, whoAnswers } from "../src/members.js";
import type { PlacedProblem } from "../src/runner-status.js";
import { type NodeRecord, Site } from "../src/site.js";

interface Setting {
  readonly site: Site;
  readonly ports: { readonly api: number; readonly bad: number; readonly web: number };
  readonly nodes: readonly NodeRecord[];
}

/** Three clusters that are fine; `bad` will not stay so. */
async function threeClusters(): Promise<Setting> {
  const site = await Site.create();
  const ports = { api: await freePort(), bad: await freePort(), web: await freePort() };
  const nodes = (await startMembers(["app1", "app2", "app3"])).map(({ node }) => node);
  for (const [name, port] of Object.entries(ports)) {
    await site.writeCluster(name, { port, backend: ["balance roundrobin"] });
    await site.writeNodes(name, nodes.slice(0, 1));
  }
  await site.start();
  return { site, ports, nodes };
}

/** The problem that names the file, once the status has it. */
async function problemIn(site: Site, file: string): Promise<PlacedProblem> {
  let found: PlacedProblem | undefined;
  await site.until(`a problem in ${file}`, async () => {
    found = (await site.balancer()).problems.find((problem) => problem.file === file);
    return found;
  });
  if (found === undefined) throw new Error("unreachable");
  return found;
}

describe.skipIf(!requireServer("haproxy"))("a cluster that HAProxy refuses", () => {
  it.each([
    { what: "an unknown directive", section: "backend", line: "no-such-directive here" },
    { what: "a wrong argument", section: "frontend", line: "timeout client never" },
    { what: "a backend that is not there", section: "frontend", line: "use_backend nowhere if TRUE" },
    { what: "a server that is not there", section: "backend", line: "use-server nobody if TRUE" },
    { what: "a file that is not there", section: "backend", line: "errorfile 503 /nowhere/503.http" },
  ])("($what) keeps its last good part, the others go on, and the line is named", async ({ section, line }) => {
    const { site, ports, nodes } = await threeClusters();
    const text = [
      "discovery: file",
      "haproxy:",
      `  port: ${ports.bad}`,
      `  ${section}:`,
      "    - mode http",
      `    - ${line}`,
    ];
    await site.writeConfig("clusters/bad.yaml", `${text.join("\n")}\n`);
    await site.writeNodes("web", nodes.slice(1));
    await site.writeNodes("api", nodes);

    await site.untilServers("web", nodes.slice(1));
    await site.untilServers("api", nodes);
    const problem = await problemIn(site, "clusters/bad.yaml");
    expect(problem).toMatchObject({ file: "clusters/bad.yaml", line: 6 });
    expect(await whoAnswers(ports.bad)).toEqual(["app1"]);
    expect(await site.configText()).not.toContain(line);
    expect((await site.balancer()).problems).toHaveLength(1);

    await site.writeCluster("bad", { port: ports.bad, backend: ["balance leastconn"] });
    await site.until("the mended cluster to reach HAProxy", async () =>
      (await site.configText()).includes("balance leastconn"),
    );
    await site.until("no problem to be left", async () => (await site.balancer()).problems.length === 0);
  });

  it("from its first day goes in without the directive that HAProxy does not know, which is named", async () => {
    const { site, nodes } = await threeClusters();
    const port = await freePort();
    await site.writeConfig(
      "clusters/newcomer.yaml",
      `discovery: file\nhaproxy:\n  port: ${port}\n  backend:\n    - no-such-directive\n    - balance roundrobin\n`,
    );
    await site.writeNodes("newcomer", nodes);
    expect(await problemIn(site, "clusters/newcomer.yaml")).toMatchObject({ line: 5 });
    await site.until("every member to answer", async () => (await whoAnswers(port)).join() === "app1,app2,app3");
    expect(await site.configText()).not.toContain("no-such-directive");
  });

  it("from its first day for anything else is left out, and nothing else is", async () => {
    const { site, ports, nodes } = await threeClusters();
    await site.writeCluster("newcomer", { port: await freePort(), frontend: ["use_backend nowhere if TRUE"] });
    await site.writeNodes("newcomer", nodes);
    await problemIn(site, "clusters/newcomer.yaml");
    await site.writeNodes("web", nodes);
    await site.untilServers("web", nodes);
    expect(await site.servers("newcomer")).toBeUndefined();
    expect(await whoAnswers(ports.bad)).toEqual(["app1"]);
  });

  it("stays on its last good part over a restart of the runner", async () => {
    const { site, ports, nodes } = await threeClusters();
    await site.writeCluster("bad", { port: ports.bad, backend: ["no-such-directive"] });
    await problemIn(site, "clusters/bad.yaml");
    await site.runner.stop();
    const pid = await site.haproxyPid();
    await site.start();
    await problemIn(site, "clusters/bad.yaml");
    expect(await site.haproxyPid()).toBe(pid);
    expect(await whoAnswers(ports.bad)).toEqual(["app1"]);
    await site.writeNodes("web", nodes);
    await site.untilServers("web", nodes);
  });

  it("two that are refused at once are both named", async () => {
    const { site, ports, nodes } = await threeClusters();
    await site.writeCluster("bad", { port: ports.bad, backend: ["no-such-directive"] });
    await site.writeCluster("api", { port: ports.api, frontend: ["use_backend nowhere if TRUE"] });
    await problemIn(site, "clusters/bad.yaml");
    await problemIn(site, "clusters/api.yaml");
    await site.writeNodes("web", nodes);
    await site.untilServers("web", nodes);
    expect(await whoAnswers(ports.api)).toEqual(["app1"]);
  });
});

describe.skipIf(!requireServer("haproxy"))("a file that is not valid", () => {
  const broken = (port: number): string => `discovery: file\nhaproxy:\n  port: ${port}a\n`;

  it("never takes effect, is named with line and column, and is the last good one after a restart", async () => {
    const { site, ports, nodes } = await threeClusters();
    await site.writeConfig("clusters/bad.yaml", broken(ports.bad));
    const named = async (): Promise<PlacedProblem | undefined> => (await site.status()).config.errors[0];
    await site.until("the error to be told", async () => (await named()) !== undefined);
    expect(await named()).toMatchObject({ file: "clusters/bad.yaml", line: 3, column: 9 });
    expect((await named())?.message).toContain(`${ports.bad}a`);
    await site.writeNodes("bad", nodes.slice(1));
    await site.untilServers("bad", nodes.slice(1));

    await site.runner.stop();
    await site.start();
    expect(await named()).toMatchObject({ file: "clusters/bad.yaml", line: 3, column: 9 });
    expect(await whoAnswers(ports.bad)).toEqual(["app2", "app3"]);
  });

  it("makes check end with 1, every error of every file told at once", async () => {
    const { site, ports } = await threeClusters();
    await site.writeConfig("clusters/bad.yaml", broken(ports.bad));
    await site.writeConfig("clusters/api.yaml", "discovery: nowhere\nhaproxy: {prot: 1}\n");
    const { code, stdout, stderr } = await runLighthouse(["check", site.configDirectory]);
    expect(code).toBe(1);
    const said = `${stdout}${stderr}`;
    expect(said).toContain("clusters/bad.yaml:3:9");
    expect(said).toMatch(/clusters\/api\.yaml:1:12 .*nowhere/);
    expect(said).toMatch(/clusters\/api\.yaml:2:11 .*prot.*port/);
  });
});
