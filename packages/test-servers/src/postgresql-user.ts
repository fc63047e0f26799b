import { chmodSync, chownSync, mkdirSync, readFileSync } from "node:fs";

/** Whom a server that refuses root runs as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

let found: ServerUser | null | undefined;

/** The user `postgres`, else `nobody`, where these tests run as root; undefined: they do not, and the server runs as they
 * do. */
export function postgresqlUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  found ??= lookUp("postgres") ?? lookUp("nobody") ?? null;
  if (found === null) throw new Error("neither a user postgres nor a user nobody: PostgreSQL refuses to run as root");
  return found;
}

function lookUp(name: string): ServerUser | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Makes directories that belong to the server's user, below one that it may pass through. */
export function ownDirectories(parent: string, ...paths: readonly string[]): void {
  const user = postgresqlUser();
  if (user !== undefined) chmodSync(parent, 0o711);
  for (const path of paths) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    giveToServer(path);
  }
}

/** Gives a file or directory to the server's user. */
export function giveToServer(path: string): void {
  const user = postgresqlUser();
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}
