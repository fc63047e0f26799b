/** Where one server of an ensemble is reached. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** An ensemble as `hosts` names it. */
export interface Ensemble {
  readonly servers: readonly ServerAddress[];
  /** What stands before every path; "" for none. */
  readonly chroot: string;
}

/** ZooKeeper's own port for clients. */
const DEFAULT_PORT = 2181;
const FORM = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::(\d{1,5}))?$/;

/** Reads `hosts`: `name`, `name:port`, `[2001:db8::1]:port`; entries may hold several, with commas between them. What
 * follows a slash is where in ZooKeeper's tree all paths begin; Lighthouse 1.0.0 takes it after the last host alone. A
 * text is what is wrong. */
export function parseHosts(hosts: readonly string[]): Ensemble | string {
  const entries = hosts.flatMap((entry) => entry.split(",")).map((entry) => entry.trim());
  const roots = new Set<string>();
  const servers: ServerAddress[] = [];
  for (const entry of entries) {
    const slash = entry.indexOf("/");
    const address = slash < 0 ? entry : entry.slice(0, slash);
    if (slash >= 0) roots.add(normalPath(entry.slice(slash)));
    const server = parseAddress(address);
    if (server === undefined) return `must be host:port, got ${JSON.stringify(entry)}`;
    servers.push(server);
  }
  if (roots.size > 1)
    return `must all end with the same path, got ${[...roots].map((root) => `"${root}"`).join(" and ")}`;
  const [chroot = "/"] = roots;
  const wrong = pathProblem(chroot);
  return wrong === undefined ? { servers, chroot: chroot === "/" ? "" : chroot } : `the path after a host ${wrong}`;
}

/** `zk1:2181`, `[2001:db8::1]:2181`. */
export function showServer({ host, port }: ServerAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** With one slash before every part and none at the end; `/` for the root. */
export function normalPath(path: string): string {
  return `/${path.split("/").filter(Boolean).join("/")}`;
}

/** Below `base`, which may be the root or "". */
export function joinPath(base: string, ...parts: readonly string[]): string {
  return normalPath([base, ...parts].join("/"));
}

/** Why ZooKeeper does not take this path; undefined where it does. */
export function pathProblem(path: string): string | undefined {
  if (path.split("/").some((part) => part === "." || part === "..")) return "must not contain . or .. as a part";
  return FORBIDDEN.test(path) ? "must not contain control characters or characters of private use" : undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what ZooKeeper refuses
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/;

function parseAddress(text: string): ServerAddress | undefined {
  const [, ip, name, digits] = FORM.exec(text) ?? [];
  const host = ip ?? name;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
