import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { freePorts, haproxyBinary, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { unreachableNodes } from "../src/members.js";
import { isFullRun, type SeededRandom, seededRandom } from "../src/seeded-random.js";
import { type NodeRecord, Site } from "../src/site.js";

const exec = promisify(execFile);
const KILLS = isFullRun ? 200 : 20;
const NAMES = ["one", "two", "three", "four"];

describe.skipIf(!requireServer("haproxy"))("kill -9 of the runner while clusters change", () => {
  const random = seededRandom();

  it(`${KILLS} times at random moments: the file is always whole, the next start converges (seed ${random.seed})`, async () => {
    const site = await Site.create();
    const changing = new ChangingClusters(site, random, await freePorts(NAMES.length));
    await changing.writeAll();
    for (let kill = 0; kill < KILLS; kill++) {
      const runner = site.launch();
      // A moment between "just started" and "has synced several times": chosen, not waited for.
      const moment = delay(random.integer(50, 1_500));
      await changing.changeUntil(moment);
      runner.kill("SIGKILL");
      await runner.ended;
      await expectWholeFile(site);
      if (kill % 5 === 4) {
        await site.start();
        await changing.expectServed();
        await site.runner.stop();
      }
    }
    await site.start();
    await changing.expectServed();
    await site.untilOneHaproxy();
    expect((await readdir(site.runDirectory)).length, "files left beside the configuration").toBeLessThan(12);
  }, 1_200_000);
});

/** Clusters that change all the time, and what they are now. */
class ChangingClusters {
  readonly #site: Site;
  readonly #random: SeededRandom;
  readonly #ports: readonly number[];
  readonly #nodes = new Map<string, readonly NodeRecord[]>();
  #revision = 0;

  constructor(site: Site, random: SeededRandom, ports: readonly number[]) {
    this.#site = site;
    this.#random = random;
    this.#ports = ports;
  }

  async writeAll(): Promise<void> {
    for (const name of NAMES) await this.#writeNodes(name);
    for (const name of NAMES) await this.#writeCluster(name);
  }

  /** Changes members and directives until `end` settles. */
  async changeUntil(end: Promise<unknown>): Promise<void> {
    let ended = false;
    void end.then(() => {
      ended = true;
    });
    while (!ended) {
      const name = this.#random.pick(NAMES);
      if (this.#random.integer(1, 3) === 1) await this.#writeCluster(name);
      else await this.#writeNodes(name);
      await Promise.race([end, delay(this.#random.integer(5, 120))]);
    }
  }

  async expectServed(): Promise<void> {
    for (const [name, nodes] of this.#nodes) await this.#site.untilServers(name, nodes, 30_000);
  }

  async #writeNodes(name: string): Promise<void> {
    const nodes = unreachableNodes(this.#random.integer(1, 20), this.#random.integer(0, 200));
    this.#nodes.set(name, nodes);
    await this.#site.writeNodes(name, nodes);
  }

  async #writeCluster(name: string): Promise<void> {
    this.#revision += 1;
    const port = this.#ports[NAMES.indexOf(name)];
    const backend = [`http-response set-header x-revision ${this.#revision}`];
    // Any number of members may come and go here; what holds removals back is the guard's own test.
    await this.#site.writeCluster(name, { port, backend }, { guard: { max_removal: "100%" } });
  }
}

async function expectWholeFile(site: Site): Promise<void> {
  if (!existsSync(site.configFile)) return;
  const text = await site.configText();
  expect(text.endsWith("\n"), "the file ends with a whole line").toBe(true);
  await exec(haproxyBinary(), ["-c", "-q", "-f", site.configFile]).catch((error: Error) => {
    throw new Error(`haproxy -c refuses the file that a killed runner left: ${error.message}\n${text}`);
  });
}
