import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  freePort,
  type NginxServer,
  prepareNginx,
  type RunnerProcess,
  requireServer,
  startHttpLoad,
  startRunner,
  tempDirectory,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { startMembers, whoAnswers } from "../src/members.js";
import { replaceFile } from "../src/replace-file.js";
import { OPEN_GUARD } from "../src/reporters.js";

const PATIENCE_MS = 60_000;

interface NginxSite {
  readonly nginx: NginxServer;
  readonly runner: RunnerProcess;
  list(nodes: readonly object[]): Promise<void>;
}

/** A runner with the cluster web for an nginx, which is not started yet. */
async function startSite(nodes: readonly object[]): Promise<NginxSite> {
  const directory = await tempDirectory("lhng");
  onTestFinished(() => directory.remove());
  const nginx = await prepareNginx({
    directory: directory.path,
    http: ["server { listen 127.0.0.1:%PORT%; location / { proxy_pass http://web; } }"],
  });
  onTestFinished(() => nginx.stop());
  const etc = (file: string): string => join(directory.path, "etc", file);
  const list = (wanted: readonly object[]): Promise<void> =>
    replaceFile(join(directory.path, "nodes/web.json"), JSON.stringify(wanted));
  await mkdir(join(directory.path, "nodes"));
  await list(nodes);
  const balancer = { directory: nginx.upstreams, config_file: nginx.configFile, pid_file: nginx.pidFile };
  await replaceFile(etc("balancers/nginx.yaml"), JSON.stringify({ ...balancer, reload_interval: "100ms" }));
  await replaceFile(etc("discovery/file.yaml"), JSON.stringify({ path: join(directory.path, "nodes") }));
  await replaceFile(etc("clusters/web.yaml"), JSON.stringify({ discovery: "file", nginx: {}, ...OPEN_GUARD }));
  const [stateDirectory, httpPort] = [join(directory.path, "state"), await freePort()];
  const runner = startRunner({ directory: join(directory.path, "etc"), stateDirectory, httpPort });
  onTestFinished(() => void runner.stop());
  return { nginx, runner, list };
}

describe.skipIf(!requireServer("nginx"))("nginx while members come, drain and go", () => {
  it("fails no request", { timeout: 300_000 }, async () => {
    const members = await startMembers(["app1", "app2", "app3"]);
    const [app1, app2, app3] = members.map(({ node }) => node);
    const { nginx, runner, list } = await startSite([app1, app2] as object[]);
    const shown = async (): Promise<string> => (await runner.get("/api/v1/status")).body;
    const patience = { deadlineMs: PATIENCE_MS, everyMs: 100 };
    await waitFor(async () => (await shown()).includes("nginx is not running"), { what: "the files", ...patience });
    await nginx.start();
    const answers = async (...names: readonly string[]): Promise<void> => {
      const what = `requests to reach ${names.join(", ")} alone`;
      await waitFor(async () => (await whoAnswers(nginx.port)).join() === names.join(), { what, ...patience });
    };
    await answers("app1", "app2");

    const load = startHttpLoad({
      port: nginx.port,
      freshPerSecond: 100,
      keepAliveConnections: 0,
      keepAlivePerSecond: 0,
    });
    try {
      await list([app1, app2, app3] as object[]);
      await answers("app1", "app2", "app3");
      await list([{ ...app1, metadata: { drain: true } }, app2, app3] as object[]);
      await answers("app2", "app3");
      await list([app2, app3] as object[]);
      await waitFor(async () => !(await shown()).includes("app1"), { what: "app1 to be gone", ...patience });
      await members[0]?.backend.stop();
      await list([app3] as object[]);
      await answers("app3");
      await list([app2, app3] as object[]);
      await answers("app2", "app3");
      const seen = load.answered;
      await waitFor(() => load.answered > seen + 50, { what: "more requests", ...patience });
    } finally {
      const report = await load.stop();
      expect(report.failures).toEqual([]);
      expect(Object.keys(report.answers).sort()).toEqual(["app1", "app2", "app3"]);
    }
  });
});
