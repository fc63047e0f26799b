import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import {
  haproxyBinary,
  haproxyStats,
  requireServer,
  startHttpLoad,
  suspend,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { afterEach, describe, expect, test } from "vitest";
import { body, cluster, freePort, type Live, live, node, reloads } from "./live-haproxy.js";

const running: Live[] = [];
afterEach(async () => {
  for (const harness of running.splice(0)) await harness.end();
});

async function serving(config: Record<string, unknown> = {}): Promise<Live & { port: number }> {
  const harness = await live(config);
  running.push(harness);
  const port = await freePort();
  await harness.sync([cluster("web", { port }, apps(harness))]);
  return Object.assign(harness, { port });
}

function apps(harness: Live): readonly ReturnType<typeof node>[] {
  return harness.backends.map((backend) => node(backend.port));
}

/** Starts HAProxy by hand on the harness's file, as an operator or a service manager would. */
async function startByHand(harness: Live, args: readonly string[]): Promise<void> {
  const started = spawn(haproxyBinary(), ["-f", join(harness.directory, "haproxy.cfg"), ...args], { stdio: "ignore" });
  const code = await new Promise((resolve) => {
    started.once("exit", resolve);
    if (args.includes("-W")) void waitFor(() => harness.pid(), { what: "HAProxy to answer" }).then(() => resolve(0));
  });
  expect(code).toBe(0);
}

describe.skipIf(!requireServer("haproxy"))("a reload", () => {
  test("costs no request, on fresh and on kept connections, a taken port and a refused directive included", async () => {
    const harness = await serving();
    const load = startHttpLoad({
      port: harness.port,
      freshPerSecond: 150,
      keepAliveConnections: 20,
      keepAlivePerSecond: 150,
    });
    const web = (backend: readonly string[]) => cluster("web", { port: harness.port, backend }, apps(harness));
    const other = await freePort();
    const taken = harness.backends[0]?.port ?? 0;
    const results = [
      await harness.sync([web(["balance leastconn"])]),
      await harness.sync([web(["balance random"]), cluster("api", { port: other }, apps(harness))]),
      await harness.sync([web(["balance random"]), cluster("api", { port: taken }, apps(harness))]),
      await harness.sync([web(["balance nonsense"]), cluster("api", { port: other }, [node(1)])]),
      await harness.sync([web(["balance roundrobin"])]),
    ];
    await waitFor(() => load.answered > 200, { what: "200 answers", deadlineMs: 30_000 });
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    expect(results.map((result) => reloads(result).length)).toEqual([1, 1, 0, 0, 1]);
  });

  test("a server known to be down stays down from the new process's first request on", async () => {
    const harness = await serving();
    // The living one is in this process, and not to be taken for down where that answers late.
    const backend = ["option httpchk", "timeout check 20s"];
    const block = { port: harness.port, server_options: "check inter 200ms fall 1", backend };
    await harness.backends[1]?.stop();
    await harness.sync([cluster("web", block, apps(harness))]);
    const socket = join(harness.directory, "haproxy.sock");
    const isDown = async (): Promise<boolean> =>
      (await haproxyStats(socket)).some(
        (line) => line.server.endsWith(String(harness.backends[1]?.port)) && line.status === "DOWN",
      );
    await waitFor(isDown, { what: "the dead server to be seen" });
    const slow = { ...block, server_options: "check inter 60s fall 1" };
    const result = await harness.sync([cluster("web", slow, apps(harness))]);
    expect(reloads(result)).toHaveLength(1);
    expect(await isDown()).toBe(true);
    for (let count = 0; count < 10; count++) expect(await body(harness.port)).toBe("app1");
  });

  test("says why: what changed, in words and as a code", async () => {
    const harness = await serving({ runtime: false });
    const [first] = apps(harness);
    const fewer = await harness.sync([cluster("web", { port: harness.port }, first === undefined ? [] : [first])]);
    expect(reloads(fewer)).toMatchObject([{ code: "members", action: "members changed: web: 1 removed" }]);
    const api = cluster("api", { port: await freePort() }, apps(harness));
    const more = await harness.sync([
      cluster("web", { port: harness.port, backend: ["retries 2"] }, apps(harness)),
      api,
    ]);
    expect(reloads(more)).toMatchObject([{ code: "structure", action: "cluster api added; cluster web changed" }]);
    const less = await harness.sync([api]);
    expect(reloads(less)).toMatchObject([{ code: "structure", action: "cluster web removed" }]);
  });

  test("waits for restart_interval, and says when to come again", async () => {
    const harness = await serving({ restart_interval: "10m", resync: "1h" });
    await harness.sync([cluster("web", { port: harness.port, backend: ["retries 2"] }, apps(harness))]);
    const result = await harness.sync([cluster("web", { port: harness.port, backend: ["retries 3"] }, apps(harness))]);
    expect(result).toMatchObject({ converged: false, changes: [] });
    expect(result.syncAgainMs).toBeGreaterThan(300_000);
  });

  test("lets no more old processes linger than max_old_workers", async () => {
    const harness = await serving({ max_old_workers: 1 });
    const held: ReturnType<typeof connect>[] = [];
    for (let round = 1; round <= 4; round++) {
      const socket = connect(harness.port, "127.0.0.1").on("error", () => undefined);
      socket.write("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
      held.push(socket);
      await new Promise((resolve) => socket.once("connect", resolve));
      await harness.sync([cluster("web", { port: harness.port, backend: [`retries ${round}`] }, apps(harness))]);
    }
    await waitFor(async () => (await harness.processes()).length <= 2, { what: "the oldest processes to end" });
    for (const socket of held) socket.destroy();
  });

  test("a cluster at fault stays on its last good part also after a restart of the runner", async () => {
    const harness = await serving();
    const other = await freePort();
    const bad = cluster("web", { port: harness.port, backend: ["retries 2", "option httpchkk"] }, apps(harness));
    const result = await harness.sync([bad, cluster("api", { port: other }, apps(harness))]);
    expect(result).toMatchObject({ converged: false, problems: [{ cluster: "web", path: ["backend", 1] }] });
    expect(await body(other)).toMatch(/^app/);
    expect(await body(harness.port)).toMatch(/^app/);
    await harness.restart();
    const again = await harness.sync([bad, cluster("api", { port: other }, apps(harness))]);
    expect(again).toMatchObject({
      converged: false,
      changes: [],
      problems: [{ cluster: "web", path: ["backend", 1] }],
    });
    expect(await harness.file()).not.toContain("httpchkk");
  });

  test("a member that changes while its cluster's new directives are refused is still followed", async () => {
    const harness = await serving();
    const [first] = apps(harness);
    const bad = cluster(
      "web",
      { port: harness.port, backend: ["balance nonsense"] },
      first === undefined ? [] : [first],
    );
    expect((await harness.sync([bad])).problems).toMatchObject([{ cluster: "web", path: ["backend", 0] }]);
    for (let count = 0; count < 4; count++) expect(await body(harness.port)).toBe("app1");
  });

  test("directives that HAProxy does not know are left out of a cluster that was never accepted, and named", async () => {
    const harness = await serving();
    const port = await freePort();
    const backend = ["blance roundrobin", "retries 2", "nosuchthing"];
    const result = await harness.sync([
      cluster("web", { port: harness.port }, apps(harness)),
      cluster("api", { port, backend }, apps(harness)),
    ]);
    expect(result.converged).toBe(true);
    expect(result.problems?.map(({ cluster: name, path }) => [name, path])).toEqual([
      ["api", ["backend", 0]],
      ["api", ["backend", 2]],
    ]);
    expect(result.problems?.[0]?.message).toMatch(/^left out: unknown keyword 'blance' .*did you mean 'balance'/);
    expect(await body(port)).toMatch(/^app/);
  });

  test("a process that a killed runner left behind is told to finish", async () => {
    const harness = await serving();
    const left = await harness.pid();
    const file = join(harness.directory, "haproxy.cfg");
    await writeFile(file, (await readFile(file, "utf8")).replace(/STRUCTURE \w+/, "STRUCTURE 0123456789abcdef"));
    await startByHand(harness, [
      "-D",
      "-p",
      join(harness.directory, "other.pid"),
      "-x",
      join(harness.directory, "haproxy.sock"),
    ]);
    expect(await harness.processes()).toHaveLength(2);
    await harness.restart();
    const result = await harness.sync([cluster("web", { port: harness.port }, apps(harness))]);
    expect(result.converged).toBe(true);
    await waitFor(async () => (await harness.processes()).length === 1, { what: "only one process to be left" });
    expect(await harness.processes()).not.toContain(left);
  });

  test("of somebody else is not made once more while the old process has not heard yet that it is to finish", async () => {
    const harness = await serving();
    const web = cluster("web", { port: harness.port }, apps(harness));
    const before = await harness.pid();
    suspend(before);
    await startByHand(harness, ["-D", "-p", join(harness.directory, "other.pid"), "-sf", String(before)]);
    const after = await harness.pid();
    expect(after).not.toBe(before);
    await harness.restart();
    const sync = harness.sync([web]);
    // It has most likely been seen to listen by then.
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(before, "SIGCONT");
    expect(await sync).toMatchObject({ converged: true, changes: [] });
    expect(await harness.pid()).toBe(after);
  });

  test("one that somebody else started on another file is recognised and brought in line", async () => {
    const harness = await serving();
    const before = await harness.pid();
    const file = join(harness.directory, "haproxy.cfg");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/.*LIGHTHOUSE_STRUCTURE.*\n/, ""));
    await startByHand(harness, ["-D", "-p", join(harness.directory, "other.pid"), "-sf", String(before)]);
    await waitFor(async () => (await harness.pid()) !== before, { what: "the new process to answer" });
    const result = await harness.sync([cluster("web", { port: harness.port }, apps(harness))]);
    expect(reloads(result)).toMatchObject([{ code: "foreign" }]);
    expect(await harness.file()).toBe(text);
  });
});

describe.skipIf(!requireServer("haproxy"))("other process modes", () => {
  test("master: the master process is told, and a new worker answers", async () => {
    const harness = await live({ process: { mode: "master" } });
    running.push(harness);
    const port = await freePort();
    const first = await harness.sync([cluster("web", { port }, apps(harness))]).catch((error: Error) => error.message);
    expect(first).toMatch(/does not run behind .*haproxy.sock: process mode master leaves its start to you/);
    await startByHand(harness, ["-W", "-p", join(harness.directory, "haproxy.pid")]);
    const before = await harness.pid();
    const result = await harness.sync([cluster("web", { port, backend: ["retries 2"] }, apps(harness))]);
    expect(reloads(result)).toMatchObject([{ code: "structure" }]);
    expect(await harness.pid()).not.toBe(before);
    expect(await body(port)).toMatch(/^app/);
  });

  test("daemon: an HAProxy under a master process is refused, and left alone", async () => {
    const harness = await live({ process: { mode: "master" } });
    running.push(harness);
    const clusters = [cluster("web", { port: await freePort() }, apps(harness))];
    await harness.sync(clusters).catch(() => undefined);
    await startByHand(harness, ["-W", "-p", join(harness.directory, "haproxy.pid")]);
    await harness.configure({});
    await expect(harness.sync(clusters)).rejects.toThrow(/runs under a master process.*set process: \{mode: master\}/);
  });

  test("command: the operator's command reloads, and its failure is told", async () => {
    const script = (text: string) => ({ process: { mode: "command", reload: ["sh", "-c", text] } });
    const harness = await serving();
    const [config, pidFile, socket] = ["haproxy.cfg", "haproxy.pid", "haproxy.sock"].map((name) =>
      join(harness.directory, name),
    );
    await harness.configure(
      script(`${haproxyBinary()} -D -f ${config} -p ${pidFile} -x ${socket} -sf $(cat ${pidFile})`),
    );
    const result = await harness.sync([cluster("web", { port: harness.port, backend: ["retries 2"] }, apps(harness))]);
    expect(reloads(result)).toHaveLength(1);
    const before = await harness.file();
    await harness.configure(script("echo no way >&2; exit 3"));
    const failing = harness.sync([cluster("web", { port: harness.port, backend: ["retries 3"] }, apps(harness))]);
    await expect(failing).rejects.toThrow(/ended with exit code 3: no way/);
    expect(await harness.file()).toBe(before);
  });

  test("none: the file is written, checked, and no process is looked for", async () => {
    const harness = await live({ process: { mode: "none" } });
    running.push(harness);
    const port = await freePort();
    const result = await harness.sync([cluster("web", { port }, apps(harness))]);
    expect(result.changes).toMatchObject([{ kind: "file" }]);
    const bad = await harness.sync([cluster("web", { port, backend: ["balance nonsense"] }, apps(harness))]);
    expect(bad).toMatchObject({ converged: false, changes: [], problems: [{ cluster: "web" }] });
    expect(await harness.processes()).toEqual([]);
  });
});
