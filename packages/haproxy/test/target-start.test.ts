import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireServer, suspend, waitFor } from "@lighthouse-sd/test-servers";
import { afterEach, describe, expect, test } from "vitest";
import { body, cluster, freePort, HANG_MS, identity, type Live, live, node, reloads } from "./live-haproxy.js";

const running: Live[] = [];
afterEach(async () => {
  for (const harness of running.splice(0)) await harness.end();
});

async function started(config: Record<string, unknown> = {}, answerLimitMs?: number): Promise<Live & { port: number }> {
  const harness = await live(config, 2, answerLimitMs);
  running.push(harness);
  return Object.assign(harness, { port: await freePort() });
}

function apps(harness: Live): readonly ReturnType<typeof node>[] {
  return harness.backends.map((backend) => node(backend.port));
}

describe.skipIf(!requireServer("haproxy"))("an HAProxy that Lighthouse starts", () => {
  test("serves the members, and says that it was started, not reloaded", async () => {
    const harness = await started();
    const result = await harness.sync([cluster("web", { port: harness.port }, apps(harness))]);
    expect(result.converged).toBe(true);
    expect(result.changes.map(({ kind, code }) => code ?? kind)).toEqual(["file", "start"]);
    expect(new Set([await body(harness.port), await body(harness.port)])).toEqual(new Set(["app1", "app2"]));
  });

  test("a second sync with nothing new touches no file and no process", async () => {
    const harness = await started();
    const clusters = [cluster("web", { port: harness.port }, apps(harness))];
    await harness.sync(clusters);
    const files = await readdir(harness.directory);
    const before = await Promise.all(files.map((name) => identity(join(harness.directory, name))));
    const pid = await harness.pid();
    const again = await harness.sync([cluster("web", { port: harness.port }, apps(harness).toReversed())]);
    expect(again).toMatchObject({ converged: true, changes: [] });
    expect(await readdir(harness.directory)).toEqual(files);
    expect(await Promise.all(files.map((name) => identity(join(harness.directory, name))))).toEqual(before);
    expect(await harness.pid()).toBe(pid);
  });

  test("a runner that restarts adopts it: no reload, same process", async () => {
    const harness = await started();
    const clusters = [cluster("web", { port: harness.port }, apps(harness))];
    await harness.sync(clusters);
    const pid = await harness.pid();
    await harness.restart();
    expect(await harness.sync(clusters)).toMatchObject({ converged: true, changes: [] });
    expect(await harness.processes()).toEqual([pid]);
  });

  test("its death is noticed, and the next sync starts it again", async () => {
    const harness = await started();
    const clusters = [cluster("web", { port: harness.port }, apps(harness))];
    await harness.sync(clusters);
    const pid = await harness.pid();
    process.kill(pid, "SIGKILL");
    await waitFor(() => harness.requested.length > 0, { what: "the death of HAProxy to be noticed" });
    expect(harness.requested).toEqual([`HAProxy (pid ${pid}) has ended`]);
    const result = await harness.sync(clusters);
    expect(result.changes.map((change) => change.code)).toContain("start");
    expect(await body(harness.port)).toMatch(/^app/);
  });

  test("a hung one is reported, and no second one is started beside it", async () => {
    const harness = await started({}, HANG_MS);
    const clusters = [cluster("web", { port: harness.port }, apps(harness))];
    await harness.sync(clusters);
    const pid = await harness.pid();
    suspend(pid);
    try {
      await expect(harness.sync(clusters)).rejects.toThrow(/did not answer "prompt" within 1000 ms.*left alone/);
      expect(await harness.processes()).toEqual([pid]);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    const again = await waitFor(() => harness.sync(clusters), { what: "HAProxy to answer again", deadlineMs: 30_000 });
    expect(again).toMatchObject({ converged: true, changes: [] });
    expect(await harness.processes()).toEqual([pid]);
  });

  test("members that are not known yet are those that the file has", async () => {
    const harness = await started();
    await harness.sync([cluster("web", { port: harness.port }, apps(harness))]);
    const before = await harness.file();
    await harness.restart();
    expect(await harness.sync([cluster("web", { port: harness.port }, null)])).toMatchObject({ changes: [] });
    expect(await harness.file()).toBe(before);
  });

  test("members that are not known yet are those that run, where the file is gone", async () => {
    const harness = await started();
    await harness.sync([cluster("web", { port: harness.port }, apps(harness))]);
    const before = await harness.file();
    await harness.restart();
    await rm(join(harness.directory, "haproxy.cfg"));
    const result = await harness.sync([cluster("web", { port: harness.port }, null)]);
    expect(reloads(result)).toEqual([]);
    expect(await harness.file()).toBe(before);
  });

  test("a cluster that nothing is known of waits, and is served as soon as it is known", async () => {
    const harness = await started();
    expect((await harness.sync([cluster("web", { port: harness.port }, null)])).converged).toBe(true);
    await harness.sync([cluster("web", { port: harness.port }, apps(harness))]);
    expect(await body(harness.port)).toMatch(/^app/);
  });

  test("a file that somebody else wrote is left alone, unless adopt says otherwise", async () => {
    const harness = await started();
    const path = join(harness.directory, "haproxy.cfg");
    await writeFile(path, "global\n    maxconn 10\n");
    const clusters = [cluster("web", { port: harness.port }, apps(harness))];
    await expect(harness.sync(clusters)).rejects.toThrow(/was not written by Lighthouse.*adopt: true/);
    expect(await readFile(path, "utf8")).toBe("global\n    maxconn 10\n");
    await harness.configure({ adopt: true });
    expect((await harness.sync(clusters)).converged).toBe(true);
  });

  test("a file of Lighthouse 1.0.0 is taken over", async () => {
    const harness = await started();
    await writeFile(
      join(harness.directory, "haproxy.cfg"),
      "#\n# Auto-generated by Lighthouse (Tue May 10)\n#\n\nglobal\n",
    );
    expect((await harness.sync([cluster("web", { port: harness.port }, apps(harness))])).converged).toBe(true);
  });

  test("an address that another process listens on is told with its holder; the other clusters are served", async () => {
    const harness = await started();
    const taken = harness.backends[0]?.port ?? 0;
    const result = await harness.sync([
      cluster("web", { port: harness.port }, apps(harness)),
      cluster("api", { port: taken }, apps(harness)),
    ]);
    expect(result).toMatchObject({ converged: false, problems: [{ cluster: "api", path: ["port"] }] });
    expect(result.problems?.[0]?.message).toMatch(
      new RegExp(`^cannot listen on 127\\.0\\.0\\.1:${taken}: taken by .+ \\(pid ${process.pid}\\) \\(left out\\)$`),
    );
    expect(await body(harness.port)).toMatch(/^app/);
  });

  test("a missing program is named, with what to do", async () => {
    const harness = await started({ binary: "/nowhere/haproxy" });
    await expect(harness.sync([])).rejects.toThrow(
      /no program \/nowhere\/haproxy .*: install it, or name its path in "binary"/,
    );
  });

  test("a second balancer on the same file refuses and names the first", async () => {
    const first = await started();
    await first.sync([cluster("web", { port: first.port }, apps(first))]);
    const second = await started({ config_file: join(first.directory, "haproxy.cfg") });
    await expect(second.sync([])).rejects.toThrow(new RegExp(`${process.pid}`));
  });

  test("the admin socket belongs to its owner alone, as do the accepted inputs", async () => {
    const harness = await started({ socket: { mode: "660" } });
    await harness.sync([cluster("web", { port: harness.port }, apps(harness))]);
    expect(await harness.file()).toContain("mode 660 level admin expose-fd listeners");
    const { mode } = await import("node:fs/promises").then(({ stat }) =>
      stat(join(harness.directory, "haproxy.cfg.accepted.json")),
    );
    expect(mode & 0o777).toBe(0o600);
    await chmod(harness.directory, 0o755);
  });
});
