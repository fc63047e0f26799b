import { freePort, type HttpLoad, haproxyProcesses, requireServer, startHttpLoad } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { type EchoConnection, openEchoConnection } from "../src/echo-connection.js";
import { IntendedCluster } from "../src/intended-cluster.js";
import { type MovingMember, movingEchoMember, movingWebMember } from "../src/moving-members.js";
import { runningServers } from "../src/running-servers.js";
import { isFullRun, type SeededRandom, seededRandom, testSeed } from "../src/seeded-random.js";
import { Site } from "../src/site.js";

const CHANGES = isFullRun ? 1_000 : 250;
/** After so many the site must have come to rest as intended. */
const LOOK_AFTER = 50;
const CONNECTIONS = 30;
const DRAIN_MS = 1_500;
const WHAT = [
  "add",
  "add",
  "add",
  "remove",
  "remove",
  "remove",
  "weight",
  "weight",
  "address",
  "address",
  "drain",
  "back",
] as const;

describe.skipIf(!requireServer("haproxy"))("members that change while requests flow", () => {
  it(`${CHANGES} changes in a row: no reload, one process, no failed request, no connection cut, seed ${testSeed}`, {
    timeout: 240_000,
  }, async () => {
    const fleet = await startFleet();
    const { site, web, load } = fleet;
    const [pid, { reloads }] = [await site.haproxyPid(), await site.balancer()];
    const random = seededRandom();
    try {
      for (let number = 1; number <= CHANGES; number++) {
        await changeSomething(fleet, random);
        await answeredSince(site, load, random.integer(0, 4));
        if (number % LOOK_AFTER === 0) await lookAtAll(fleet);
      }
    } finally {
      const report = await load.stop();
      expect(report.failures).toEqual([]);
      expect(report.unannouncedCloses, "kept connections closed without a word").toBe(0);
      expect(report.requests).toBeGreaterThan(CHANGES);
    }
    expect(Object.keys(web.servers()).length).toBeGreaterThanOrEqual(3);
    await fileFollows(fleet);
    expect((await site.balancer()).reloads - reloads).toBe(0);
    expect(await site.haproxyPid()).toBe(pid);
    expect((await haproxyProcesses(site.directory.path)).map((process) => process.pid)).toEqual([pid]);
  });
});

interface Fleet {
  readonly site: Site;
  readonly web: IntendedCluster;
  readonly streams: IntendedCluster;
  readonly streamsPort: number;
  readonly load: HttpLoad;
  readonly connections: EchoConnection[];
  /** Members of `streams` that were away for longer than the drain lasts: their connections may have been ended. */
  readonly left: Set<string>;
}

async function startFleet(): Promise<Fleet> {
  const site = await Site.create();
  const [port, streamsPort] = [await freePort(), await freePort()];
  const names = (prefix: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
  const web = new IntendedCluster(
    site.nodesDirectory,
    "web",
    await Promise.all(names("app", 12).map(movingWebMember)),
    3,
  );
  const echoes = await Promise.all(names("echo", 8).map(movingEchoMember));
  const streams = new IntendedCluster(site.nodesDirectory, "streams", echoes, 3);
  // Members are removed at will here; what holds removals back is the guard's own test.
  const guard = { max_removal: "100%" };
  await site.writeConfig("discovery/file.yaml", { path: site.nodesDirectory, ttl: "off" });
  // Members live in this process: a check must outlast the moments in which it is busy.
  const backend = ["balance leastconn", "option httpchk OPTIONS /", "timeout check 5s"];
  await site.writeCluster(
    "web",
    { port, backend, server_options: "check inter 100ms pool-purge-delay 200ms", drain: DRAIN_MS / 1_000 },
    { guard },
  );
  const tcp = { frontend: ["mode tcp"], backend: ["mode tcp", "balance roundrobin"] };
  await site.writeCluster("streams", { port: streamsPort, ...tcp, drain: DRAIN_MS / 1_000 }, { guard });
  for (const cluster of [web, streams]) for (const member of cluster.members.slice(0, 6)) await cluster.add(member);
  await site.start();
  for (const cluster of [web, streams]) await inLine(site, cluster);
  const connections: EchoConnection[] = [];
  const load = startHttpLoad({
    port,
    freshPerSecond: 100,
    keepAliveConnections: 20,
    keepAlivePerSecond: 150,
    maxMs: 230_000,
  });
  const fleet: Fleet = { site, web, streams, streamsPort, load, connections, left: new Set() };
  await openConnections(fleet);
  return fleet;
}

async function openConnections({ connections, streamsPort }: Fleet): Promise<void> {
  while (connections.length < CONNECTIONS) connections.push(await openEchoConnection(streamsPort));
}

async function changeSomething(fleet: Fleet, random: SeededRandom): Promise<void> {
  const cluster = random.integer(1, 4) === 1 ? fleet.streams : fleet.web;
  const what = random.pick(WHAT);
  if (what !== "add" && what !== "remove" && what !== "back") return await cluster.change(what, random);
  const candidates = what === "add" ? cluster.absent() : cluster.leavers();
  if (candidates.length === 0) return await cluster.change("weight", random);
  const member = random.pick(candidates);
  if (what === "add") return await cluster.add(member);
  if (what === "back") return await leaveAndComeBack(fleet, cluster, member);
  if (cluster === fleet.streams) fleet.left.add(member.name);
  await cluster.remove(member);
}

/** The member comes back as soon as HAProxy has begun to let it go. Where that took as long as the drain lasts, its
 * connections may have been ended. */
async function leaveAndComeBack(fleet: Fleet, cluster: IntendedCluster, member: MovingMember): Promise<void> {
  const { site, streams, left } = fleet;
  const intended = cluster.intended(member);
  const name = cluster.serverName(member);
  const server = async () => (await runningServers(site.socket, cluster.name))[name];
  await site.until(`${name} to be there`, async () => (await server()) !== undefined);
  const began = performance.now();
  await cluster.remove(member);
  await site.until(`${name} to leave`, async () => (await server())?.admin !== 0);
  await cluster.add(member, intended);
  await site.until(`${name} to be back`, async () => (await server())?.admin === 0);
  if (cluster === streams && performance.now() - began >= DRAIN_MS) left.add(member.name);
}

async function lookAtAll(fleet: Fleet): Promise<void> {
  const { site, web, streams, load, connections, left } = fleet;
  for (const cluster of [web, streams]) await inLine(site, cluster);
  const resting = web.resting();
  // What HAProxy had given to one of them before may still wait to be read in this process.
  await answeredSince(site, load, 20);
  const before = resting.map(({ served }) => served);
  await answeredSince(site, load, 40);
  expect(
    resting.map(({ served }) => served),
    "requests of members that are to get none",
  ).toEqual(before);
  const kept = connections.filter(({ member }) => !left.has(member));
  expect(kept.length, "connections of members that stayed").toBeGreaterThan(0);
  expect(await Promise.all(kept.map((connection) => echoed(connection)))).toEqual(kept.map(() => "echoed"));
  connections.splice(0, connections.length, ...kept);
  left.clear();
  await openConnections(fleet);
}

function echoed(connection: EchoConnection): Promise<string> {
  return connection.echo().then(
    () => "echoed",
    (error: Error) => `${connection.member}: ${error.message}`,
  );
}

function inLine(site: Site, cluster: IntendedCluster): Promise<void> {
  return site.until(`HAProxy to have the servers of ${cluster.name} as intended`, async () => {
    expect(await runningServers(site.socket, cluster.name)).toEqual(cluster.servers());
    return true;
  });
}

async function answeredSince(site: Site, load: HttpLoad, count: number): Promise<void> {
  const wanted = load.answered + count;
  if (count > 0) await site.until(`${wanted} answers`, () => load.answered >= wanted);
}

/** Who starts HAProxy on the file now gets the same members. */
async function fileFollows({ site, web, streams }: Fleet): Promise<void> {
  const wanted = [web, streams].flatMap((cluster) =>
    Object.entries(cluster.servers()).map(([name, { address }]) => `${name} ${address}`),
  );
  await site.until("the file to have the members", async () => {
    const lines = (await site.configText()).matchAll(/^\s*server (\S+ \S+) id /gm);
    expect([...lines].map(([, server]) => server).sort()).toEqual(wanted.sort());
    return true;
  });
}
