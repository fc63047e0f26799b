import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TinySite, tinySite } from "./tiny-site.js";

const MANIFEST = {
  name: "lighthouse-sd-board",
  version: "1.2.3",
  type: "module",
  exports: { "./discovery": "./discovery.js", "./check": "./check.js" },
  "lighthouse-sd": {
    contract: 1,
    plugins: [
      { kind: "discovery", name: "board", export: "./discovery" },
      { kind: "check", name: "flag", export: "./check" },
    ],
  },
};

const SHARED = `
  static configSchema = { type: "object" };
  static async validateDependencies() { return true; }
  static validateConfig(config) { return config ?? {}; }
  constructor(context) { this.context = context; }
  applyConfig(config) { this.config = config; }
`;

/** Registers a node as a file of its name. */
const DISCOVERY = `
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
export default class Board {
  static kind = "discovery";
  ${SHARED}
  watch() { return new Promise(() => undefined); }
  async report(service, node, registration, { signal }) {
    const path = join(this.config.path, service + "@" + node.name);
    await writeFile(path, JSON.stringify(node));
    registration.registered();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    if (!registration.keep) await rm(path, { force: true });
  }
}
`;

/** Passes while a file is there. */
const CHECK = `
import { access } from "node:fs/promises";
export default class Flag {
  static kind = "check";
  ${SHARED}
  async perform({ port }) {
    await access(this.config.path).catch(() => { throw new Error("no flag for port " + port); });
    return true;
  }
}
`;

/** A site that also offers services: registered on a board, checked by a flag. */
export interface ReportingSite extends TinySite {
  /** The nodes on the board by service and name. */
  board(): Promise<Readonly<Record<string, { readonly metadata: unknown; readonly ip: string }>>>;
  /** Makes the check of web pass, or fail. */
  raiseFlag(raised: boolean): Promise<void>;
  /** Writes the file of web anew, with a check of this rise. */
  changeWeb(web: { readonly rise: number; readonly withdraw_on_stop?: boolean }): Promise<void>;
}

/** Sets up a site with the service web (port 8000, checked) and the service plain (ports 8001 and 8002, unchecked). `web`
 * has more keys of its file. */
export async function reportingSite(web: object = {}): Promise<ReportingSite> {
  const site = await tinySite();
  const plugin = join(site.pluginsDirectory, "node_modules", "lighthouse-sd-board");
  const board = join(site.directory, "..", "board");
  const flag = join(site.directory, "..", "flag");
  for (const path of [plugin, board, join(site.directory, "services")]) await mkdir(path, { recursive: true });
  const webFile = (rise: number, more: object): readonly [string, string] => {
    const checks = { interval: "50ms", flag: { path: flag, rise, fall: 2, timeout: "5s" } };
    const content = { port: 8000, discovery: "board", metadata: { az: "a" }, checks, ...more };
    return [join(site.directory, "services", "web.yaml"), JSON.stringify(content)];
  };
  const files: readonly (readonly [string, string])[] = [
    [join(plugin, "package.json"), JSON.stringify(MANIFEST)],
    [join(plugin, "discovery.js"), DISCOVERY],
    [join(plugin, "check.js"), CHECK],
    [join(site.directory, "runner.yaml"), 'http: {listen: "off"}\nname: here\nip: 127.0.0.1\n'],
    [join(site.directory, "discovery", "board.yaml"), JSON.stringify({ path: board })],
    webFile(2, web),
    [
      join(site.directory, "services", "plain.yaml"),
      JSON.stringify({ ports: [8001, 8002], discovery: "board", withdraw_on_stop: false }),
    ],
  ];
  for (const [path, text] of files) await writeFile(path, text);
  return {
    ...site,
    board: async () => {
      const names = await readdir(board);
      const nodes = names.map(async (name) => [name, JSON.parse(await readFile(join(board, name), "utf8"))] as const);
      return Object.fromEntries(await Promise.all(nodes));
    },
    raiseFlag: async (raised) => {
      if (!raised) return rename(flag, `${flag}.down`);
      await writeFile(flag, "");
    },
    changeWeb: ({ rise, ...more }) => writeFile(...webFile(rise, more)),
  };
}
