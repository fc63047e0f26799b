import { join } from "node:path";
import { freePort, type RunnerProcess, startRunner } from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";
import type { RunnerStatus } from "./runner-status.js";
import type { Site } from "./site.js";

/** A guard that lets everybody go: these tests are about who is withdrawn, not about who is held. */
export const OPEN_GUARD = { guard: { on_empty: "empty", max_removal: "100%" } } as const;

/** A reporter on a site's directories, beside its writer. */
export interface ReporterProcess {
  readonly process: RunnerProcess;
  status(): Promise<RunnerStatus>;
}

/** Starts one and waits for nothing; it ends with the test. Without `port` it answers HTTP on a free one. */
export async function startReporter(site: Site, port?: number): Promise<ReporterProcess> {
  const { configDirectory: directory, stateDirectory } = site;
  const httpPort = port ?? (await freePort());
  const process = startRunner({ directory, stateDirectory, httpPort, args: ["--role", "reporter"] });
  onTestFinished(async () => {
    process.kill("SIGKILL");
    await process.ended;
  });
  return {
    process,
    status: async () => JSON.parse((await process.get("/api/v1/status")).body) as RunnerStatus,
  };
}

/** Where the file discovery of a site keeps the node of a service's port. */
export function reportedNode(site: Site, service: string, port: number): string {
  return join(site.nodesDirectory, service, `e2e-host:${port}.reported.json`);
}
