import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "./membership-house.js";

const MANIFEST = {
  name: "lighthouse-sd-tiny",
  version: "1.2.3",
  type: "module",
  exports: { "./balancer": "./balancer.js", "./discovery": "./discovery.js" },
  "lighthouse-sd": {
    contract: 1,
    plugins: [
      { kind: "balancer", name: "tiny", export: "./balancer" },
      { kind: "discovery", name: "fixed", export: "./discovery" },
    ],
  },
};

const SHARED = `
  static configSchema = { type: "object" };
  static clusterSchema = { type: "object" };
  static async validateDependencies() { return true; }
  static validateConfig(config) { return config ?? {}; }
  constructor(context) { this.context = context; }
  applyConfig(config) { this.config = config; }
`;

/** Misbehaves as its configuration asks for. */
const BALANCER = `
import { writeFile } from "node:fs/promises";
export default class Tiny {
  static kind = "balancer";
  ${SHARED}
  async syncFile(clusters) {
    if (this.config.environment) this.context.log.info("environment: " + Object.keys(process.env).join(" "));
    if (this.config.stray) setTimeout(() => { throw new Error("thrown in a timer"); }, 0);
    if (this.config.rejects) Promise.reject(new Error("left alone"));
    if (this.config.flood) setInterval(() => { throw new Error("again"); }, 1);
    if (this.config.hangs) { this.context.log.info("hangs now"); await new Promise(() => setInterval(() => undefined, 1000)); }
    if (this.config.fails) throw new Error("socket gone");
    await writeFile(this.config.output, JSON.stringify(clusters.map(({ name, nodes }) => [name, nodes?.map((node) => node.name)])));
    return { converged: true, changes: [{ kind: "file", target: this.config.output, action: "written" }] };
  }
}
`;

const DISCOVERY = `
export default class Tiny {
  static kind = "discovery";
  ${SHARED}
  watch(cluster, block, watcher, { signal }) {
    watcher.records([{ source: "one", value: { host: "app1", ip: "10.0.0.1", port: 80 } }]);
    return new Promise((resolve) => signal.addEventListener("abort", resolve));
  }
}
`;

/** A directory with plugins that were installed there, and a configuration directory that uses them. */
export interface TinySite {
  readonly directory: string;
  readonly pluginsDirectory: string;
  readonly stateDirectory: string;
  /** What the balancer writes. */
  readonly output: string;
}

/** Sets up a site whose balancer is configured with `balancer` besides its output. */
export async function tinySite(balancer: object = {}): Promise<TinySite> {
  const base = await temporaryDirectory();
  const plugin = join(base, "plugins", "node_modules", "lighthouse-sd-tiny");
  const directory = join(base, "conf");
  const output = join(base, "output.json");
  for (const path of [plugin, ...["balancers", "discovery", "clusters"].map((name) => join(directory, name))]) {
    await mkdir(path, { recursive: true });
  }
  const files: readonly (readonly [string, string])[] = [
    [join(plugin, "package.json"), JSON.stringify(MANIFEST)],
    [join(plugin, "balancer.js"), BALANCER],
    [join(plugin, "discovery.js"), DISCOVERY],
    [join(directory, "runner.yaml"), 'http: {listen: "off"}\n'],
    [join(directory, "balancers", "tiny.yaml"), JSON.stringify({ output, ...balancer })],
    [join(directory, "discovery", "fixed.yaml"), "{}\n"],
    [join(directory, "clusters", "web.yaml"), "discovery: fixed\ntiny: {}\n"],
  ];
  for (const [path, text] of files) await writeFile(path, text);
  return { directory, pluginsDirectory: join(base, "plugins"), stateDirectory: join(base, "state"), output };
}
