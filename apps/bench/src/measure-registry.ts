import type { AnsweringServer } from "./answering-server.js";
import { type Bound, within } from "./bench-plan.js";
import { type Follower, untilActive, untilOneServer } from "./column.js";
import type { HealthAnswers } from "./health-answers.js";
import { untilQuiet } from "./quiet.js";
import type { RegistryName, RegistryResult } from "./results.js";
import { RISE, type ServiceSite, startServiceSite } from "./service-site.js";

/** What a registry is measured with. */
export interface RegistryOptions {
  /** Behind all members; it answers the check too. */
  readonly server: AnsweringServer;
  readonly starts: Bound;
  /** Called with what has to be ended, should the run end early. */
  readonly started: (site: Follower) => void;
}

/** A service comes up and goes down again and again: milliseconds from the answer that makes its check pass to its first
 * answer through HAProxy. Both are given, and seen, by this process: one clock. */
export async function measureRegistry(name: RegistryName, options: RegistryOptions): Promise<RegistryResult> {
  const { server, starts, started } = options;
  server.health.fail();
  const site = await startServiceSite(name, server.port);
  started(site);
  await untilActive(site, 1);
  await site.traffic.warmUp();
  const startMs: number[] = [];
  await within(starts, async () => {
    await untilQuiet(site);
    startMs.push(await measureStart(site, server.health));
  });
  await site.stop();
  return { startMs, failedRequests: site.traffic.failures, requests: site.traffic.requests };
}

async function measureStart(site: ServiceSite, health: HealthAnswers): Promise<number> {
  const passed = await health.pass(RISE);
  const answered = await site.traffic.firstAnswer(site.serviceIp);
  health.fail();
  await untilActive(site, 1);
  await untilOneServer(site);
  return answered - passed;
}
