import { accessSync, constants } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";

/** Servers that tests run, with where their program is named and the Debian package that has it. */
const SERVERS = {
  haproxy: { variable: "HAPROXY_BIN", program: "haproxy", debianPackage: "haproxy" },
  // The package without -base would start a server on port 53.
  dnsmasq: { variable: "DNSMASQ_BIN", program: "dnsmasq", debianPackage: "dnsmasq-base" },
  redis: { variable: "REDIS_SERVER_BIN", program: "redis-server", debianPackage: "redis-server" },
  etcd: { variable: undefined, program: "etcd", debianPackage: "etcd-server" },
  // Called as it is: the programs on PATH are for the user rabbitmq alone.
  rabbitmq: {
    variable: undefined,
    program: "/usr/lib/rabbitmq/bin/rabbitmq-server",
    debianPackage: "rabbitmq-server",
  },
  // No program but a library, with the Java that its Debian package brings along.
  zookeeper: { variable: undefined, program: "/usr/share/java/zookeeper.jar", debianPackage: "zookeeper" },
  chromium: { variable: undefined, program: "chromium", debianPackage: "chromium" },
  // Debian keeps the programs of each major version apart, and none of these on PATH.
  postgresql: {
    variable: undefined,
    program: "/usr/lib/postgresql/15/bin/postgres",
    debianPackage: "postgresql-15",
  },
  pgbouncer: { variable: undefined, program: "pgbouncer", debianPackage: "pgbouncer" },
  // It speaks to etcd by a package that it only suggests.
  patroni: { variable: undefined, program: "patroni", debianPackage: "patroni python3-etcd" },
  nginx: { variable: undefined, program: "nginx", debianPackage: "nginx-light" },
  promtool: { variable: undefined, program: "promtool", debianPackage: "prometheus" },
  // Its programs are there without it being what has started the machine.
  systemd: { variable: undefined, program: "systemd-notify", debianPackage: "systemd" },
} as const;

/** A server that tests can ask for. */
export type ServerName = keyof typeof SERVERS;

/** Debian keeps servers where a normal user's PATH does not look. */
const SYSTEM_DIRECTORIES = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The path of the HAProxy that tests run: HAPROXY_BIN, or the one on PATH. Throws where there is none. */
export function haproxyBinary(): string {
  return foundServer("haproxy");
}

/** The path of the etcd that tests run. Throws where there is none. */
export function etcdBinary(): string {
  return foundServer("etcd");
}

/** The path of the dnsmasq that tests run: DNSMASQ_BIN, or the one on PATH. Throws where there is none. */
export function dnsmasqBinary(): string {
  return foundServer("dnsmasq");
}

/** The path of the Redis server that tests run: REDIS_SERVER_BIN, or the one on PATH. Throws where there is none. */
export function redisBinary(): string {
  return foundServer("redis");
}

/** The path of the Chromium that tests of pages run. Throws where there is none. */
export function chromiumBinary(): string {
  return foundServer("chromium");
}

/** The path of one of PostgreSQL's programs. Throws where there is none. */
export function postgresqlBinary(name: "postgres" | "initdb" | "pg_basebackup" | "psql"): string {
  return join(dirname(foundServer("postgresql")), name);
}

/** The path of the pgbouncer that tests run. Throws where there is none. */
export function pgbouncerBinary(): string {
  return foundServer("pgbouncer");
}

/** The path of Patroni. Throws where there is none. */
export function patroniBinary(): string {
  return foundServer("patroni");
}

/** The path of Prometheus' promtool. Throws where there is none. */
export function promtoolBinary(): string {
  return foundServer("promtool");
}

/** The path of the nginx that tests run. Throws where there is none. */
export function nginxBinary(): string {
  return foundServer("nginx");
}

/** The folder of RabbitMQ's programs. Throws where there is none. */
export function rabbitmqPrograms(): string {
  return dirname(foundServer("rabbitmq"));
}

/** Java's class path for the ZooKeeper that tests run: Debian's, with a logger that writes to stderr. Throws where there
 * is none. */
export function zookeeperClasspath(): string {
  return `${foundServer("zookeeper")}:/usr/share/java/slf4j-simple.jar`;
}

/** True where the server is installed. False, having said so on stderr, where it is not: skip the tests that need it
 * (`describe.skipIf(!requireServer("haproxy"))`). With CI=true a missing server throws instead. */
export function requireServer(name: ServerName): boolean {
  if (findServer(name) !== undefined) return true;
  if (process.env["CI"] === "true") throw new Error(`${missing(name)} (CI=true: this is a failure, not a skip)`);
  process.stderr.write(`SKIPPED: ${missing(name)}\n`);
  return false;
}

function foundServer(name: ServerName): string {
  const found = findServer(name);
  if (found === undefined) throw new Error(missing(name));
  return found;
}

function findServer(name: ServerName): string | undefined {
  const { program } = SERVERS[name];
  const named = namedByVariable(name);
  if (named !== undefined) return isUsable(named) ? named : undefined;
  if (isAbsolute(program)) return isUsable(program) ? program : undefined;
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM_DIRECTORIES];
  return directories.map((directory) => join(directory, program)).find(isUsable);
}

function missing(name: ServerName): string {
  const { variable, program, debianPackage } = SERVERS[name];
  const named = namedByVariable(name);
  if (named !== undefined) return `${name} tests: ${variable}=${named} is not an executable file`;
  const install = `install it with: apt-get install -y ${debianPackage}`;
  if (variable === undefined) return `${name} tests: no ${program}; ${install}`;
  return `${name} tests: no ${program} on PATH; ${install}, or set ${variable}`;
}

function namedByVariable(name: ServerName): string | undefined {
  const { variable } = SERVERS[name];
  return (variable && process.env[variable]) || undefined;
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, path.endsWith(".jar") ? constants.R_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
