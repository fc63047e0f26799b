import type { AclName } from "../config.js";
import type { AclEntry } from "../wire/operations.js";

const READ = 1;
const ALL = 31;
const ANYBODY = { scheme: "world", id: "anyone" };
/** Whoever the connection that creates the znode has named. */
const CREATOR = { scheme: "auth", id: "" };

/** Who may do what with the znodes that reporters make. */
export function znodeAcl(name: AclName): readonly AclEntry[] {
  if (name === "open") return [{ permissions: ALL, ...ANYBODY }];
  const creator = { permissions: ALL, ...CREATOR };
  return name === "private" ? [creator] : [creator, { permissions: READ, ...ANYBODY }];
}
