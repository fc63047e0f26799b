import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Servers that tests run, with where their program is named and the Debian package that has it. */
const SERVERS = {
  haproxy: { variable: "HAPROXY_BIN", program: "haproxy", debianPackage: "haproxy" },
} as const;

/** A server that tests can ask for. */
export type ServerName = keyof typeof SERVERS;

/** Debian keeps servers where a normal user's PATH does not look. */
const SYSTEM_DIRECTORIES = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The path of the HAProxy that tests run: HAPROXY_BIN, or the one on PATH. Throws where there is none. */
export function haproxyBinary(): string {
  const found = findServer("haproxy");
  if (found === undefined) throw new Error(missing("haproxy"));
  return found;
}

/** True where the server is installed. False, having said so on stderr, where it is not: skip the tests that need it
 * (`describe.skipIf(!requireServer("haproxy"))`). With CI=true a missing server throws instead. */
export function requireServer(name: ServerName): boolean {
  if (findServer(name) !== undefined) return true;
  if (process.env["CI"] === "true") throw new Error(`${missing(name)} (CI=true: this is a failure, not a skip)`);
  process.stderr.write(`SKIPPED: ${missing(name)}\n`);
  return false;
}

function findServer(name: ServerName): string | undefined {
  const { variable, program } = SERVERS[name];
  const named = process.env[variable];
  if (named !== undefined && named !== "") return isExecutable(named) ? named : undefined;
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM_DIRECTORIES];
  return directories.map((directory) => join(directory, program)).find(isExecutable);
}

function missing(name: ServerName): string {
  const { variable, program, debianPackage } = SERVERS[name];
  const named = process.env[variable];
  if (named !== undefined && named !== "") return `${name} tests: ${variable}=${named} is not an executable file`;
  return `${name} tests: no ${program} on PATH; install it with: apt-get install -y ${debianPackage}, or set ${variable}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
