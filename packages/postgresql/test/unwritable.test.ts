import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { requireServer } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ClientsPart } from "../src/clients/clients-part.js";
import { type MovedConfiguration, moveConfiguration } from "./support/moved-configuration.js";
import { Beside, cluster, contextOf, member, ReplicationSet } from "./support/replication-set.js";

const exec = promisify(execFile);

/** Mounts need the right to mount, which root in a container may lack. */
const canMount: boolean = await exec("unshare", ["--mount", "true"]).then(
  () => process.getuid?.() === 0,
  () => false,
);

describe.skipIf(!requireServer("postgresql") || !canMount)("a server whose files cannot be written", () => {
  let set: ReplicationSet;
  let place: string;
  let files: MovedConfiguration;
  let beside: Beside;
  const { signal } = new AbortController();
  const texts = () => [readFileSync(files.hbaFile, "latin1"), readFileSync(files.fragment, "latin1")];
  /** So many members, and synchronous standbys or none: both files change with it. */
  const orders = (others: number, mode: "any" | "off") => {
    const nodes = [...Array(others).keys()].map((index) => member(1, `127.0.0.${index + 10}`, `other${index}.test`));
    return cluster([member(set.server(0).port), ...nodes], {
      synchronous: { mode, allow_degrade: true },
      services: { "orders-rw": "read-write" },
    });
  };

  beforeAll(async () => {
    set = await ReplicationSet.start(0);
    place = join(set.directory, "small");
    await mkdir(place);
    await exec("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", place]);
    files = await moveConfiguration(set.server(0), place);
    beside = new Beside(set, set.server(0), { config_file: files.fragment });
    await beside.pass(orders(1, "any"));
  });
  afterAll(async () => {
    await beside?.part.stop();
    await Promise.all((set?.servers ?? []).map((server) => server.kill()));
    await exec("umount", [place]);
    await set?.stop();
  });

  const ballast = () => join(place, "ballast");
  test.each<readonly [string, number, RegExp, () => Promise<unknown>, () => Promise<unknown>]>([
    ["the disk is full", 1, /ENOSPC/, async () => fill(ballast()), async () => rmSync(ballast())],
    [
      "the file system is read-only",
      2,
      /EROFS .*ReadWritePaths=/,
      () => exec("mount", ["-o", "remount,ro", place]),
      () => exec("mount", ["-o", "remount,rw", place]),
    ],
  ])(
    "because %s, starts with them as they are, and is brought in line once that is mended",
    async (_case, others, errno, break_, mend) => {
      const clients = new ClientsPart(
        { service_file: join(place, "services.conf"), probe_timeout: "2s" },
        contextOf(set.directory, "clients"),
      );
      await beside.pass(orders(others, "any"));
      await clients.sync([orders(others, "any")], { signal });
      const before = texts();
      const services = readFileSync(join(place, "services.conf"), "utf8");
      const names = readdirSync(dirname(files.fragment));
      await break_();
      try {
        const { complete, problems, changes } = await beside.pass(orders(others + 1, "off"));
        expect(complete).toBe(false);
        for (const name of ["pg_hba.conf", "90-lighthouse.conf"]) {
          expect(problems.filter((problem) => problem.includes(name))).toEqual([expect.stringMatching(errno)]);
        }
        expect(changes).toEqual(["runtime slot-created"]);
        const told = await clients.sync([orders(others + 1, "off")], { signal });
        expect(told.problems.map(({ message }) => message).join()).toMatch(errno);
        expect(texts()).toEqual(before);
        expect(readFileSync(join(place, "services.conf"), "utf8")).toBe(services);
        expect(readdirSync(dirname(files.fragment))).toEqual(names);
        await set.server(0).shutDown();
        await set.server(0).start();
      } finally {
        await mend();
        await clients.stop();
      }
      expect((await beside.pass(orders(others + 1, "off"))).changes).toEqual([
        "file pg_hba.conf",
        "file 90-lighthouse.conf",
        "reload settings",
      ]);
      expect((await clients.sync([orders(others + 1, "off")], { signal })).complete).toBe(true);
      await clients.stop();
    },
  );
});

/** Writes to a file until there is no more space. */
function fill(path: string): void {
  const block = Buffer.alloc(4096);
  for (;;) {
    try {
      writeFileSync(path, block, { flag: "a" });
    } catch {
      return;
    }
  }
}
