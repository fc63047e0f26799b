import { freePort } from "@lighthouse-sd/test-servers";
import { startMembers, whoAnswers } from "./members.js";
import { Site } from "./site.js";

/** A site whose runner serves one cluster, `web`, with one member, `app1`. */
export interface RunningSite {
  readonly site: Site;
  /** Where `web` is served. */
  readonly port: number;
}

/** Starts one. `prepare` has the site before anything is written for the cluster. */
export async function startRunningSite(prepare?: (site: Site) => Promise<void>): Promise<RunningSite> {
  const site = await Site.create();
  await prepare?.(site);
  const port = await freePort();
  await site.writeCluster("web", { port });
  await site.writeNodes(
    "web",
    (await startMembers(["app1"])).map(({ node }) => node),
  );
  await site.start();
  // A list that came late comes at run time, and the file follows.
  await site.until("the file to have app1", async () => /^\s*server .*:\d+ id /m.test(await site.configText()));
  await site.until("app1 to answer", async () => (await whoAnswers(port)).join() === "app1");
  return { site, port };
}
