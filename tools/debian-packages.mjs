import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { mustRun, run } from "./run-command.mjs";
import { Failure, step } from "./terminal.mjs";

/** What start and test run that npm does not bring. `variable` names another binary than the one on PATH. */
const HAPROXY = { program: "haproxy", debianPackage: "haproxy", variable: "HAPROXY_BIN" };
const ETCD = { program: "etcd", debianPackage: "etcd-server" };
const OPENSSL = { program: "openssl", debianPackage: "openssl" };
/** The package without `-base` would start a server on port 53. */
const DNSMASQ = { program: "dnsmasq", debianPackage: "dnsmasq-base", variable: "DNSMASQ_BIN" };
const REDIS = { program: "redis-server", debianPackage: "redis-server", variable: "REDIS_SERVER_BIN" };
/** A library for Java; the package brings a Java along. */
const ZOOKEEPER = { file: "/usr/share/java/zookeeper.jar", debianPackage: "zookeeper" };
/** Called as it is, not by the scripts on PATH, which are for its own user alone. */
const RABBITMQ = { file: "/usr/lib/rabbitmq/bin/rabbitmq-server", debianPackage: "rabbitmq-server" };
/** Debian has it for one major version, and none of its programs on PATH. */
const POSTGRESQL = { file: "/usr/lib/postgresql/15/bin/postgres", debianPackage: "postgresql-15" };
/** For the page for people. */
const CHROMIUM = { program: "chromium", debianPackage: "chromium" };
const PGBOUNCER = { program: "pgbouncer", debianPackage: "pgbouncer" };
const PATRONI = { program: "patroni", debianPackage: "patroni" };
/** By it Patroni speaks to etcd. */
const PYTHON_ETCD = { file: "/usr/lib/python3/dist-packages/etcd/__init__.py", debianPackage: "python3-etcd" };
/** Its promtool checks rules and metrics. */
const PROMETHEUS = { program: "promtool", debianPackage: "prometheus" };
/** Programs of it alone, which work on a machine that something else has started. */
const SYSTEMD = { program: "systemd-notify", debianPackage: "systemd" };
/** The smallest of Debian's; the others have what it has, and more. */
const NGINX = { program: "nginx", debianPackage: "nginx-light" };
/** What `npm start` needs, what `npm run bench` needs besides, and what tests need besides. */
const REQUIRED = [HAPROXY];
export const FOR_BENCH = [...REQUIRED, ETCD, ZOOKEEPER];
export const FOR_TESTS = [
  ...FOR_BENCH,
  OPENSSL,
  DNSMASQ,
  REDIS,
  RABBITMQ,
  POSTGRESQL,
  CHROMIUM,
  PGBOUNCER,
  PATRONI,
  PYTHON_ETCD,
  PROMETHEUS,
  SYSTEMD,
  NGINX,
];
/** What the examples that `npm run example` runs need, by name. */
export const FOR_EXAMPLES = { rabbitmq: [HAPROXY, RABBITMQ], postgresql: [POSTGRESQL] };

/** Debian keeps servers where a normal user's PATH does not look: children get this one. */
export const PATH = [process.env.PATH, "/usr/local/sbin", "/usr/sbin", "/sbin"].join(delimiter);

const POLICY = "/usr/sbin/policy-rc.d";

/** Makes sure that every program is there: installs what is missing as root, names it otherwise. */
export async function ensureDebianPackages(required = REQUIRED) {
  const missing = required.filter((entry) => !isThere(entry)).map(({ debianPackage }) => debianPackage);
  if (missing.length === 0) return;
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  const names = missing.join(", ");
  if (!isExecutable("/usr/bin/apt-get"))
    throw new Failure(`${names} is missing: install it with your system's package manager`);
  if (process.getuid() !== 0) throw new Failure(`${names} is missing. As root: ${command}`);
  if (!(await agreed(names, command))) throw new Failure(`${names} is missing. To install it: ${command}`);
  await withoutStartingServices(() => install(missing), command);
  const still = required.filter((entry) => !isThere(entry)).map(({ program, file }) => program ?? file);
  if (still.length > 0) throw new Failure(`${names} was installed, but ${still.join(", ")} is still not there`);
}

function isThere({ program, variable, file }) {
  if (file) return existsSync(file);
  const named = process.env[variable];
  if (named) {
    if (isExecutable(named)) return true;
    throw new Failure(`${variable}=${named} is not an executable file`);
  }
  return PATH.split(delimiter).some((directory) => isExecutable(join(directory, program)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** On a terminal a person is asked; without one there is nobody to ask. */
async function agreed(names, command) {
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.CI === "true") return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(
      `The Debian package ${names} is missing. Install it now (${command})? [Y/n] `,
    );
    return /^(y|yes|)$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

async function install(packages) {
  step(`installing the Debian package ${packages.join(", ")} (its system service is not started)`);
  const env = { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1" };
  const wait = ["-o", "DPkg::Lock::Timeout=120"];
  await mustRun("apt-get", [...wait, "update", "-q"], { env });
  await mustRun("apt-get", [...wait, "install", "-y", "-q", "--no-install-recommends", ...packages], { env });
}

/** Debian starts the service of a package that is installed, unless policy-rc.d forbids it. Where there is none, one
 * stands for as long as `action` runs; one that the system has is left alone, and has to forbid it. */
async function withoutStartingServices(action, command) {
  if (existsSync(POLICY)) {
    if ((await run(POLICY, ["haproxy", "start"])).code !== 101) {
      throw new Failure(`${POLICY} of this system lets packages start services. Install it yourself: ${command}`);
    }
    return action();
  }
  const remove = () => rmSync(POLICY, { force: true });
  process.once("exit", remove);
  writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755, flag: "wx" });
  try {
    return await action();
  } finally {
    remove();
    process.off("exit", remove);
  }
}
