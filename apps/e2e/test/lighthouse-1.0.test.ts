import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  freePorts,
  httpGet,
  httpServer,
  killHaproxies,
  type RunnerProcess,
  requireServer,
  startRedis,
  startRunner,
  startZookeeper,
  tempDirectory,
  waitFor,
  type ZookeeperEnsemble,
  zookeeperCli,
} from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";

const EXAMPLE = fileURLToPath(new URL("../../../examples/lighthouse-1.0", import.meta.url));
/** Where its clusters stand: its chroot and its path. */
const ROOT = "/production/lighthouse";
/** Every port that the example names. */
const PORTS = [8000, 6379, 8888, 7777, 9009, 7770, 8001, 8002, 6380, 7001];

/** Copies the example with nothing changed but addresses and places: those of this machine. */
async function copyExample(to: string, words: ReadonlyMap<string, string>): Promise<void> {
  await cp(EXAMPLE, to, { recursive: true });
  const pattern = new RegExp([...words.keys()].map((word) => `(?<![\\w.])${word}(?!\\w)`).join("|"), "g");
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const text = await readFile(file, "utf8");
    await writeFile(
      file,
      text.replace(pattern, (word) => words.get(word) ?? word),
    );
  }
}

/** Answers ZooKeeper's health question, and HTTP. */
async function sprocketsOn(port: number): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (asked) => {
      if (asked.toString().startsWith("ruok")) socket.end("imok");
      else socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nsprockets");
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
}

/** A host of this generation on the example's directory, and one of the other, which serves widgets. */
interface TwoGenerations {
  readonly ensemble: ZookeeperEnsemble;
  readonly runner: RunnerProcess;
  /** What stands for a port of the example. */
  port(named: number): number;
}

async function ensembleWithWidgets(widgetsPort: number): Promise<ZookeeperEnsemble> {
  const ensemble = await startZookeeper({ servers: 3 });
  onTestFinished(() => ensemble.stop());
  const widgets = await httpServer({ name: "widgets", port: widgetsPort });
  onTestFinished(() => widgets.stop());
  const record = `{"host": "app02.example.com", "ip": "127.0.0.1", "metadata": "{}", "peer": null, "port": ${widgetsPort}}`;
  const parents = ["/production", ROOT, `${ROOT}/widgets`].map((parent) => `create ${parent}`);
  const node = `create ${ROOT}/widgets/app02.example.com:${widgetsPort} '${record}'`;
  await zookeeperCli(ensemble.hosts[0] ?? "", [...parents, node]);
  return ensemble;
}

async function setUp(): Promise<TwoGenerations> {
  const directory = await tempDirectory();
  onTestFinished(async () => {
    await killHaproxies(directory.path);
    await directory.remove();
  });
  const redis = await startRedis({ directory: directory.path });
  onTestFinished(() => redis.stop());
  const free = await freePorts(PORTS.length + 2);
  const [httpPort = 0, widgetsPort = 0] = free.slice(PORTS.length);
  const port = (named: number): number => (named === 6380 ? redis.port : (free[PORTS.indexOf(named)] ?? 0));
  for (const [named, name] of [
    [8001, "one"],
    [8002, "two"],
  ] as const) {
    const backend = await httpServer({ name, port: port(named) });
    onTestFinished(() => backend.stop());
  }
  await sprocketsOn(port(7001));
  const ensemble = await ensembleWithWidgets(widgetsPort);
  const [etc, run] = [join(directory.path, "etc"), join(directory.path, "run")];
  await mkdir(run);
  const hosts = ensemble.hosts.map((host, index): [string, string] => [`zk0${index + 1}.example.com:2181`, host]);
  const ports = PORTS.map((named): [string, string] => [String(named), String(port(named))]);
  await copyExample(etc, new Map([...hosts, ...ports]));
  const balancer = join(etc, "balancers/haproxy.yaml");
  await writeFile(balancer, (await readFile(balancer, "utf8")).replaceAll(/\/var\/(lib|run)\/lighthouse/g, run));
  // The services of this test listen on loopback; a host's own address is its default route's.
  await writeFile(join(etc, "runner.yaml"), "name: app01.example.com\nip: 127.0.0.1\n");
  const stateDirectory = join(directory.path, "state");
  const runner = startRunner({ directory: etc, stateDirectory, httpPort, args: ["--role", "both"] });
  onTestFinished(async () => {
    runner.kill("SIGKILL");
    await runner.ended;
  });
  return { ensemble, runner, port };
}

const SERVERS = ["haproxy", "zookeeper", "redis"] as const;

describe.skipIf(!SERVERS.every((name) => requireServer(name)))("a directory of Lighthouse 1.0.0", () => {
  it("runs as it is, writer and reporter, on one ensemble with hosts of that generation", async () => {
    const { ensemble, runner, port } = await setUp();
    const answers = async (named: number, path: string, count: number): Promise<readonly string[]> => {
      const bodies = new Set<string>();
      for (let request = 0; request < count; request++) bodies.add((await httpGet({ port: port(named), path })).body);
      return [...bodies].sort();
    };
    const eventually = (look: () => Promise<void>): Promise<boolean> =>
      waitFor(() => look().then(() => true), { what: "HAProxy's answers", deadlineMs: 60_000 });
    await eventually(async () => expect(await answers(8000, "/", 8)).toEqual(["one", "two"]));
    await eventually(async () => expect(await answers(8888, "/api/widgets", 2)).toEqual(["widgets"]));
    await eventually(async () => expect(await answers(8888, "/api/sprockets", 2)).toEqual(["sprockets"]));

    const cache = `app01.example.com:${port(6380)}`;
    const get = `get ${ROOT}/cache/${cache}`;
    const registered = async (): Promise<string> => zookeeperCli(ensemble.hosts[1] ?? "", [get, `ls ${ROOT}/webapp`]);
    const peer = String.raw`"{\"ip\": \"127.0.0.1\", \"name\": \"app01.example.com\", \"port\": 1024}"`;
    const metadata = String.raw`"{\"role\": \"master\"}"`;
    const record = `{"host": "app01.example.com", "ip": "127.0.0.1", "metadata": ${metadata}, "peer": ${peer}, "port": ${port(6380)}}`;
    await eventually(async () => expect((await registered()).split("\n")).toContain(record));
    expect(await registered()).toContain(`app01.example.com:${port(8001)}, app01.example.com:${port(8002)}`);

    await runner.stop();
    const services = ["webapp", "cache", "sprockets", "widgets"].map((service) => `ls ${ROOT}/${service}`);
    const left = await zookeeperCli(ensemble.hosts[2] ?? "", services);
    expect(left).not.toContain("app01.example.com");
    expect(left).toContain("app02.example.com");
  });
});
