import { freePort, type HttpBackend, httpServer } from "@lighthouse-sd/test-servers";
import { type NodeRecord, Site } from "./site.js";

/** One link of an explanation. */
export interface Step {
  readonly stage: string;
  readonly ok: boolean;
  readonly at: string | null;
  readonly sentence: string;
}

/** What the runner answers when it is asked why. */
export interface Explanation {
  readonly ok: boolean;
  readonly answer: string;
  readonly steps: readonly Step[];
}

/** A site with the cluster web: four web servers behind an HAProxy that checks them, and a drain that is over at once. */
export class ExplainedSite {
  readonly site: Site;
  readonly backends: readonly HttpBackend[];
  readonly nodes: readonly NodeRecord[];
  readonly port: number;

  private constructor(site: Site, backends: readonly HttpBackend[], port: number) {
    this.site = site;
    this.backends = backends;
    this.port = port;
    this.nodes = backends.map(({ name, port: at }) => ({ host: `${name}.example.com`, ip: "127.0.0.1", port: at }));
  }

  /** Starts one; `onEnd` takes what ends it. */
  static async start(onEnd: (end: () => Promise<void>) => void): Promise<ExplainedSite> {
    const site = await Site.create({ onEnd });
    const backends = await Promise.all(["app1", "app2", "app3", "app4"].map((name) => httpServer({ name })));
    for (const backend of backends) onEnd(() => backend.stop());
    const explained = new ExplainedSite(site, backends, await freePort());
    await explained.restore();
    await site.start();
    return explained;
  }

  /** Everything as it should be. */
  async restore(): Promise<void> {
    await this.site.writeBalancer();
    await this.writeWeb();
    await this.site.writeNodes("web", this.nodes);
  }

  /** The cluster's file, with keys in place of the usual ones. */
  writeWeb(block: object | undefined = {}): Promise<void> {
    const own = { port: this.port, drain: "100ms", server_options: "check inter 200ms fall 1 rise 1" };
    return this.site.writeConfig("clusters/web.yaml", {
      discovery: "file",
      ...(block !== undefined && { haproxy: { ...own, ...block } }),
    });
  }

  /** The nodes, the first one with these fields. */
  writeFirst(fields: object): Promise<void> {
    return this.site.writeNodes("web", [{ ...this.nodes[0], ...fields }, ...this.nodes.slice(1)]);
  }

  /** The name of the first node. */
  get first(): string {
    const [node] = this.nodes;
    return `${node?.host}:${node?.port}`;
  }

  /** Why; without a node, of the cluster. */
  async explain(node?: string, cluster = "web"): Promise<Explanation> {
    const path = `/api/v1/clusters/${cluster}${node === undefined ? "" : `/nodes/${node}`}/explain`;
    const { status, body } = await this.site.runner.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${body}`);
    return JSON.parse(body) as Explanation;
  }

  /** Waits until an explanation of the first node (or of `cluster`) has a step like this, and gives it. */
  async says(stage: string, sentence: RegExp, cluster?: string): Promise<Explanation> {
    let explanation: Explanation | undefined;
    await this.site.until(`explain to say ${sentence}`, async () => {
      explanation = await this.explain(cluster === undefined ? this.first : undefined, cluster);
      if (explanation.steps.some((step) => step.stage === stage && sentence.test(step.sentence))) return true;
      throw new Error(`it says: ${JSON.stringify(explanation, null, 1)}`);
    });
    if (explanation === undefined) throw new Error("nothing was explained");
    return explanation;
  }

  /** Waits until the first node is in rotation and nothing is wrong. */
  async untilWell(): Promise<void> {
    await this.site.until("the first node to be in rotation", async () => {
      const explanation = await this.explain(this.first);
      if (explanation.ok) return true;
      throw new Error(`it says: ${JSON.stringify(explanation, null, 1)}`);
    });
  }
}
