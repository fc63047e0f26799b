// Builds lighthouse-runner_<version>_all.deb, for `pnpm package:deb [<directory>]`: the single file with its systemd
// service. The same sources give the same bytes: times are those of SOURCE_DATE_EPOCH, or of the last commit.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PROGRAM = "usr/lib/lighthouse-runner/lighthouse-runner.mjs";
const DOC = "usr/share/doc/lighthouse-runner";
const DIRECTORIES = ["balancers", "clusters", "discovery", "services"].map((name) => `etc/lighthouse/${name}`);
const MD5SUMS = "find * -path DEBIAN -prune -o -path etc -prune -o -type f -print | LC_ALL=C sort | xargs md5sum";
const { version } = JSON.parse(readFileSync(here("../package.json"), "utf8"));

const epoch = process.env.SOURCE_DATE_EPOCH ?? lastCommit();
const target = resolve(process.argv[2] ?? here("../debian-package"));
const tree = mkdtempSync(join(tmpdir(), "lighthouse-deb-"));
try {
  putFiles();
  putControl();
  mkdirSync(target, { recursive: true });
  const file = join(target, `lighthouse-runner_${version}_all.deb`);
  const env = { ...process.env, SOURCE_DATE_EPOCH: epoch };
  execFileSync("dpkg-deb", ["--root-owner-group", "-Zxz", "--build", tree, file], { env, stdio: "pipe" });
  process.stdout.write(`${file}\n`);
} finally {
  rmSync(tree, { recursive: true, force: true });
}

function putFiles() {
  for (const directory of DIRECTORIES) makeDirectory(join(tree, directory));
  put(PROGRAM, readFileSync(here("../single-file/lighthouse-runner.mjs")), 0o755);
  makeDirectory(join(tree, "usr/bin"));
  symlinkSync(`../${PROGRAM.slice("usr/".length)}`, join(tree, "usr/bin/lighthouse-runner"));
  put("usr/lib/systemd/system/lighthouse-runner.service", readFileSync(here("../systemd/lighthouse-runner.service")));
  put("usr/lib/sysusers.d/lighthouse-runner.conf", readFileSync(here("lighthouse-runner.sysusers")));
  put("etc/default/lighthouse-runner", readFileSync(here("lighthouse-runner.default")));
  put("usr/share/man/man1/lighthouse-runner.1.gz", zipped(readFileSync(here("lighthouse-runner.1"))));
  put(`${DOC}/copyright`, readFileSync(here("copyright")));
  put(`${DOC}/THIRD-PARTY-NOTICES.txt.gz`, zipped(readFileSync(here("../single-file/THIRD-PARTY-NOTICES.txt"))));
  put(`${DOC}/README.md.gz`, zipped(readFileSync(here("../README.md"))));
  put(`${DOC}/changelog.gz`, zipped(changelog()));
}

function putControl() {
  const size = Math.ceil(bytesBelow(tree) / 1024);
  const control = readFileSync(here("control"), "utf8").replace("@VERSION@", version).replace("@INSTALLED_SIZE@", size);
  put("DEBIAN/control", control);
  put("DEBIAN/conffiles", readFileSync(here("conffiles")));
  for (const script of ["postinst", "prerm", "postrm"]) put(`DEBIAN/${script}`, readFileSync(here(script)), 0o755);
  put("DEBIAN/md5sums", execFileSync("sh", ["-c", MD5SUMS], { cwd: tree }));
}

function changelog() {
  const date = new Date(Number(epoch) * 1000).toUTCString().replace("GMT", "+0000");
  const maintainer = /^Maintainer: (.*)$/m.exec(readFileSync(here("control"), "utf8"))[1];
  const what = "The changes of each package: https://github.com/lighthouse-sd/lighthouse";
  return `lighthouse-runner (${version}) stable; urgency=medium\n\n  * ${what}\n\n -- ${maintainer}  ${date}\n`;
}

/** Without the time in its header, which would differ. */
function zipped(content) {
  return gzipSync(content, { level: 9 });
}

function put(path, content, mode = 0o644) {
  const file = join(tree, path);
  makeDirectory(dirname(file));
  writeFileSync(file, content);
  chmodSync(file, mode);
}

/** Whatever the umask is. */
function makeDirectory(path) {
  if (path === tree || path.length < tree.length) return chmodSync(tree, 0o755);
  makeDirectory(dirname(path));
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}

function bytesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}

function lastCommit() {
  return execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: here("."), encoding: "utf8" }).trim();
}
