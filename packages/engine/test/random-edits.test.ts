import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ConfigFolder } from "./support/config-folder.js";
import { SeededRandom } from "./support/seeded-random.js";
import { StoreHouse } from "./support/store-house.js";

const FULL = process.env["LIGHTHOUSE_TEST_FULL"] === "1";

/** What a test knows of one cluster's file. */
interface Known {
  /** Undefined: the file is not there. */
  readonly file: string | undefined;
  readonly broken: boolean;
  /** The port in the last valid version since the file appeared. */
  readonly lastValid: number | undefined;
}

type Edit = (random: SeededRandom, folder: ConfigFolder, base: string, known: Known, port: number) => Promise<Known>;

const valid = (port: number): string => `discovery: list\ntiny:\n  port: ${port}\n`;
const BROKEN: readonly string[] = [
  "discovery: [\n",
  "",
  "# nothing\n",
  "discovery: list\ntiny: {port: 80a}\n",
  "discovery: list\ntiny: {port: 80, prot: 1}\n",
  "discovery: list\ntiny: {port: 80}\nguard: {window: soon}\n",
  "discovery: list\ndiscovery: list\ntiny: {port: 80}\n",
  "discovery: nowhere-at-all\ntiny: {port: 80}\n",
  "a: 1\n---\nb: 2\n",
  "x: !!python/object:x {}\n",
];

function pathOf(base: string, known: Known): string {
  return known.file ?? `clusters/${base}.yaml`;
}

/** Makes something anew in the place of what is there. At once, as far as the store can see, which runs in this process: a
 * file that is away for a second counts as removed. */
function remake(folder: ConfigFolder, file: string, make: (path: string) => void): void {
  rmSync(folder.at(file), { recursive: true, force: true });
  make(folder.at(file));
}

const EDITS: readonly Edit[] = [
  async function validByRename(_random, folder, base, known, port) {
    const file = pathOf(base, known);
    if (known.broken) remake(folder, file, (path) => writeFileSync(path, ""));
    await folder.write(file, valid(port));
    return { file, broken: false, lastValid: port };
  },
  async function validInPlace(random, folder, base, known, port) {
    const file = pathOf(base, known);
    if (known.broken) remake(folder, file, (path) => writeFileSync(path, ""));
    const text = valid(port);
    const half = random.below(text.length);
    await writeFile(folder.at(file), text.slice(0, half));
    await writeFile(folder.at(file), text.slice(half), { flag: "a" });
    return { file, broken: false, lastValid: port };
  },
  async function brokenByRename(random, folder, base, known) {
    const file = pathOf(base, known);
    if (known.broken) remake(folder, file, (path) => writeFileSync(path, ""));
    await folder.write(file, random.pick(BROKEN));
    return { ...known, file, broken: true };
  },
  async function brokenInPlace(random, folder, base, known) {
    const file = pathOf(base, known);
    if (known.broken) remake(folder, file, (path) => writeFileSync(path, ""));
    await writeFile(folder.at(file), random.pick(BROKEN));
    return { ...known, file, broken: true };
  },
  async function removed(_random, folder, base, known) {
    await folder.remove(pathOf(base, known));
    return { file: undefined, broken: false, lastValid: undefined };
  },
  async function otherEnding(_random, folder, base, known) {
    if (known.file === undefined) return known;
    const file = known.file.endsWith(".yml") ? `clusters/${base}.yaml` : `clusters/${base}.yml`;
    await rename(folder.at(known.file), folder.at(file));
    return { ...known, file };
  },
  async function linkToValid(_random, folder, base, known, port) {
    const file = pathOf(base, known);
    await folder.write(`elsewhere/${base}-${port}`, valid(port));
    remake(folder, file, (path) => symlinkSync(`../elsewhere/${base}-${port}`, path));
    return { file, broken: false, lastValid: port };
  },
  async function linkToBroken(random, folder, base, known, port) {
    const file = pathOf(base, known);
    await folder.write(`elsewhere/${base}-${port}`, random.pick(BROKEN));
    remake(folder, file, (path) => symlinkSync(`../elsewhere/${base}-${port}`, path));
    return { ...known, file, broken: true };
  },
  async function linkToNowhere(_random, folder, base, known, port) {
    const file = pathOf(base, known);
    remake(folder, file, (path) => symlinkSync(`../elsewhere/none-${port}`, path));
    return { ...known, file, broken: true };
  },
  async function directory(_random, folder, base, known) {
    const file = pathOf(base, known);
    remake(folder, file, (path) => mkdirSync(path));
    return { ...known, file, broken: true };
  },
];

test("200 files edited at random: of each the last valid version is in force, also across restarts", {
  timeout: 600_000,
}, async () => {
  const random = SeededRandom.fromEnvironment();
  const folder = await ConfigFolder.make({
    "runner.yaml": "peer_port: 1024\n",
    "logging.yaml": "level: info\n",
    "balancers/tiny.yaml": "target: x\n",
    "discovery/list.yaml": "{}\n",
  });
  const clusters = new Map<string, Known>();
  const bases = Array.from({ length: 196 }, (_, index) => `c${index}`);
  for (const [index, base] of bases.entries()) {
    const file = `clusters/${base}.yaml`;
    await folder.write(file, valid(index + 1));
    clusters.set(base, { file, broken: false, lastValid: index + 1 });
  }
  const house = new StoreHouse(folder, await ConfigFolder.make());
  await house.start();
  let port = bases.length;
  for (let round = 1; round <= (FULL ? 60 : 10); round++) {
    const down = random.below(4) === 0;
    if (down) await house.store.stop();
    for (const base of random.sample(bases, 1 + random.below(60))) {
      const known = clusters.get(base) ?? { file: undefined, broken: false, lastValid: undefined };
      port += 1;
      clusters.set(base, await random.pick(EDITS)(random, folder, base, known, port));
    }
    if (down) await house.start();
    const said = `seed ${random.seed}, round ${round}${down ? " (edited while down)" : ""}: LIGHTHOUSE_TEST_SEED=${random.seed} repeats it`;
    const ports = [...clusters].flatMap(([base, { lastValid }]) =>
      lastValid === undefined ? [] : [[base, lastValid]],
    );
    const broken = [...clusters.values()].flatMap((known) =>
      known.broken && known.file !== undefined ? [known.file] : [],
    );
    await house.until(() => {
      expect(house.ports(), said).toEqual(Object.fromEntries(ports));
      expect([...new Set(house.store.problems.map(({ file }) => file))], said).toEqual(broken.sort());
    });
  }
});

/** A directory of clusters that compete for ports and discoveries that come and go. */
interface Site {
  readonly discoveries: ReadonlySet<string>;
  readonly clusters: ReadonlyMap<string, { readonly discovery: string; readonly port: number }>;
}

/** Every reason why a site cannot be in force as a whole. */
function faults({ discoveries, clusters }: Site): readonly string[] {
  const all = [...clusters];
  return all.flatMap(([name, { discovery, port }]) => [
    ...(discoveries.has(discovery) ? [] : [`${name}: no ${discovery}`]),
    ...(all.some(([other, { port: taken }]) => other !== name && taken === port) ? [`${name}: port ${port}`] : []),
  ]);
}

/** The site with the file `slot` (`clusters/c1`) as it is in `from`. */
function withFile(site: Site, slot: string, from: Site): Site {
  const [folder, name = ""] = slot.split("/");
  const clusters = new Map(site.clusters);
  const discoveries = new Set(site.discoveries);
  if (folder === "clusters") {
    const cluster = from.clusters.get(name);
    if (cluster === undefined) clusters.delete(name);
    else clusters.set(name, cluster);
  } else if (from.discoveries.has(name)) discoveries.add(name);
  else discoveries.delete(name);
  return { clusters, discoveries };
}

function sameFile(slot: string, a: Site, b: Site): boolean {
  const [folder, name = ""] = slot.split("/");
  if (folder !== "clusters") return a.discoveries.has(name) === b.discoveries.has(name);
  const [first, second] = [a, b].map(({ clusters }) => clusters.get(name));
  return first?.port === second?.port && first?.discovery === second?.discovery;
}

function inForce(house: StoreHouse): Site {
  const { clusters, discoveries } = house.store.configuration;
  const ports = house.ports();
  const found = [...clusters].map(([name, { discovery }]) => [name, { discovery, port: ports[name] ?? 0 }] as const);
  return { discoveries: new Set(discoveries.keys()), clusters: new Map(found) };
}

test("files that compete, edited at random: what is in force is valid, and everything good has gone through", {
  timeout: 600_000,
}, async () => {
  const random = SeededRandom.fromEnvironment();
  const names = Array.from({ length: 40 }, (_, index) => `c${index}`);
  const sources = ["d0", "d1", "d2", "d3"];
  const slots = [...names.map((name) => `clusters/${name}`), ...sources.map((name) => `discovery/${name}`)];
  const folder = await ConfigFolder.make({ "balancers/tiny.yaml": "target: x\n", "discovery/d0.yaml": "type: list\n" });
  await folder.write("clusters/c0.yaml", "discovery: d0\ntiny: {port: 1}\n");
  let wanted: Site = { discoveries: new Set(["d0"]), clusters: new Map([["c0", { discovery: "d0", port: 1 }]]) };
  const house = new StoreHouse(folder, await ConfigFolder.make());
  await house.start();
  for (let round = 1; round <= (FULL ? 60 : 12); round++) {
    const before = inForce(house);
    for (const slot of random.sample(slots, 1 + random.below(12))) {
      const [kind, name = ""] = slot.split("/");
      const goes = random.below(3) === 0;
      const cluster = { discovery: random.pick(sources), port: 1 + random.below(30) };
      const next = {
        discoveries: new Set(goes ? [] : [name]),
        clusters: new Map(goes ? [] : [[name, cluster]]),
      };
      wanted = withFile(wanted, slot, next);
      const text =
        kind === "clusters" ? `discovery: ${cluster.discovery}\ntiny: {port: ${cluster.port}}\n` : "type: list\n";
      if (goes) await folder.remove(`${slot}.yaml`);
      else await folder.write(`${slot}.yaml`, text);
    }
    const said = `seed ${random.seed}, round ${round}: LIGHTHOUSE_TEST_SEED=${random.seed} repeats it`;
    const settled = (): void => {
      const now = inForce(house);
      expect(faults(now), said).toEqual([]);
      const refused = slots.filter((slot) => !sameFile(slot, now, wanted));
      for (const slot of refused) {
        expect(sameFile(slot, now, before), `${said}: ${slot} is neither in its old nor in its new version`).toBe(true);
        expect(faults(withFile(now, slot, wanted)), `${said}: ${slot} would fit`).not.toEqual([]);
      }
      if (faults(wanted).length === 0) expect(refused, said).toEqual([]);
      const shown = new Set(house.store.problems.map(({ file }) => file.replace(/\.yaml$/, "")));
      expect([...shown].sort(), said).toEqual(refused.sort());
    };
    await house.until(settled);
    await house.store.rescan();
    settled();
    if (random.below(4) === 0) {
      await house.restart();
      settled();
    }
  }
});
