import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { requireServer, runLighthouse, startRunner, tempDirectory, waitFor } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const BUILD = fileURLToPath(new URL("../debian/build-package.mjs", import.meta.url));
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const run = promisify(execFile);

/** Only root can give files their owners; dpkg is Debian's. */
function canInstall(): boolean {
  const isDebian = existsSync("/usr/bin/dpkg-deb");
  if (isDebian && process.getuid?.() === 0) return requireServer("systemd");
  process.stderr.write(`SKIPPED: the Debian package: ${isDebian ? "installing it takes root" : "no dpkg-deb"}\n`);
  return false;
}

/** A system of its own below a directory, where dpkg installs without touching this machine. */
class System {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Sets it up with Node.js of `version`, as far as dpkg is concerned. */
  async make(version: string): Promise<this> {
    const admin = join(this.#root, "var/lib/dpkg");
    await mkdir(join(admin, "info"), { recursive: true });
    await mkdir(join(admin, "updates"), { recursive: true });
    const installed = { nodejs: version, systemd: "252", "init-system-helpers": "1.65" };
    const entries = Object.entries(installed).map(([name, number]) =>
      [
        `Package: ${name}`,
        "Status: install ok installed",
        "Maintainer: nobody <nobody@localhost>",
        "Architecture: all",
        `Version: ${number}`,
        "Description: stands in",
        "",
      ].join("\n"),
    );
    await writeFile(join(admin, "status"), entries.join("\n"));
    return this;
  }

  path(path: string): string {
    return join(this.#root, path);
  }

  dpkg(...args: readonly string[]): Promise<{ readonly stdout: string }> {
    // Its scripts find the system in DPKG_ROOT: there is no shell in it to run them.
    const flags = [`--root=${this.#root}`, "--force-script-chrootless", "--log=/dev/null"];
    return run("dpkg", [...flags, ...args], { env: { PATH: SYSTEM_PATH, LC_ALL: "C" } });
  }

  /** Every file in it but for dpkg's own and the list of users, which keeps the user: files may be its. */
  async files(): Promise<readonly string[]> {
    const all = await readdir(this.#root, { recursive: true, withFileTypes: true });
    return all
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(this.#root, join(entry.parentPath, entry.name)))
      .filter((path) => !/^(var\/lib\/dpkg\/|etc\/g?(passwd|shadow|group)-?$|etc\/\.pwd\.lock$)/.test(path))
      .sort();
  }
}

describe.skipIf(!canInstall())("the Debian package", { timeout: 120_000 }, () => {
  let directory: Awaited<ReturnType<typeof tempDirectory>>;
  let file: string;
  const build = async (where: string, umask: string): Promise<string> => {
    const command = 'umask "$1"; exec "$2" "$3" "$4"';
    const args = ["-c", command, "sh", umask, process.execPath, BUILD, join(directory.path, where)];
    return (await run("sh", args)).stdout.trim();
  };
  const system = (name: string, nodejs: string): Promise<System> => new System(join(directory.path, name)).make(nodejs);

  beforeAll(async () => {
    directory = await tempDirectory();
    file = await build("first", "022");
  }, 120_000);
  afterAll(() => directory.remove());

  test("has the same bytes whenever and under whatever umask it is built", async () => {
    const again = await build("second", "077");
    expect((await readFile(again)).equals(await readFile(file))).toBe(true);
  });

  test("is not configured where Node.js is too old, and says what it wants", async () => {
    const old = await system("old", "18.20.4");
    await expect(old.dpkg("--install", file)).rejects.toThrow("lighthouse-runner depends on nodejs (>= 20.19)");
  });

  test("installs, starts as it is, and leaves nothing when it is purged but what was written by hand", async () => {
    const debian = await system("debian", "20.20.2");
    await debian.dpkg("--install", file);
    expect(await readFile(debian.path("etc/passwd"), "utf8")).toMatch(
      /^lighthouse:.*:\/var\/lib\/lighthouse:\/usr\/sbin\/nologin$/m,
    );
    expect(await debian.files()).toContain("etc/systemd/system/multi-user.target.wants/lighthouse-runner.service");
    await starts(debian);
    await writeFile(debian.path("etc/lighthouse/clusters/web.yaml"), "discovery: file\n");
    await debian.dpkg("--purge", "lighthouse-runner");
    expect(await debian.files()).toEqual(["etc/lighthouse/clusters/web.yaml"]);
    expect(existsSync(debian.path("var/lib/lighthouse"))).toBe(false);
  });

  /** The service, as its unit starts it, but for where its state is. */
  async function starts(debian: System): Promise<void> {
    const program = debian.path("usr/bin/lighthouse-runner");
    const stateDirectory = debian.path("var/lib/lighthouse");
    const runner = startRunner({ directory: debian.path("etc/lighthouse"), stateDirectory, program });
    try {
      const status = (): Promise<{ readonly stdout: string; readonly code: number | null }> =>
        runLighthouse(["status", "--json", "--state-dir", stateDirectory], {}, program);
      const answer = await waitFor(
        async () => {
          const { stdout, code } = await status();
          return code === 0 ? (JSON.parse(stdout) as object) : undefined;
        },
        { what: "the installed runner to answer", deadlineMs: 60_000 },
      );
      expect(answer).toMatchObject({ clusters: {}, config: { errors: [] } });
    } finally {
      await runner.stop();
    }
  }
});
