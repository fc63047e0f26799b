import { execFile } from "node:child_process";
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { eventually } from "@lighthouse-sd/test-servers";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { readSettledFile, writeFileAtomic } from "../src/index.js";

const TWO_NODES = `- host: app1.example.com
  ip: 10.0.0.5
  port: 8000
- {ip: 10.0.0.6, port: 8001}
`;
/** Longer than any test: a reading that needs a second one would never end. */
const AT_ONCE = { settleMs: 600_000 };
const SOON = { settleMs: 20 };
/** Refuses what cannot be taken with its first reading. */
const ONLY_ONCE = { settleMs: 1, giveUpMs: 0 };
const UNSETTLED = { code: "LIGHTHOUSE_FILE_UNSETTLED" };

let directory: string;
let path: string;
let stopped: AbortController;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "settled-"));
  path = join(directory, "web.yaml");
  stopped = new AbortController();
});

afterEach(async () => {
  stopped.abort();
  await rm(directory, { recursive: true });
});

/** Writes beside the target and moves it there, as careful programs do; the kernel's clock ticks in between. */
async function replace(target: string, text: string): Promise<void> {
  await writeFile(`${target}.new`, text);
  await tick();
  await rename(`${target}.new`, target);
}

/** Waits until the kernel's clock, which stamps files, has gone on. */
async function tick(): Promise<void> {
  const probe = join(directory, ".probe");
  const mtime = async (): Promise<number> => {
    const file = await open(probe, "w");
    await file.write("x");
    const { mtimeMs } = await file.stat();
    await file.close();
    return mtimeMs;
  };
  const first = await mtime();
  await eventually(async () => expect(await mtime()).toBeGreaterThan(first));
  await unlink(probe);
}

test("a file that was renamed into its place is taken at once", async () => {
  await replace(path, TWO_NODES);
  const first = await readSettledFile(path, { signal: stopped.signal, ...AT_ONCE });
  await replace(path, "[]\n");
  const second = await readSettledFile(path, { signal: stopped.signal, ...AT_ONCE, known: first.version });
  expect([first.text, second.text]).toEqual([TWO_NODES, "[]\n"]);
});

test("a file that writeFileAtomic has just written is taken at once", async () => {
  await writeFileAtomic(path, TWO_NODES);
  const first = await readSettledFile(path, { signal: stopped.signal, ...AT_ONCE });
  await writeFileAtomic(path, "[]\n");
  const second = await readSettledFile(path, { signal: stopped.signal, ...AT_ONCE, known: first.version });
  expect([first.text, second.text]).toEqual([TWO_NODES, "[]\n"]);
});

test("a file that was copied with its times is taken at once", async () => {
  await writeFile(path, TWO_NODES);
  await utimes(path, 1_000_000, 1_000_000);
  expect((await readSettledFile(path, { signal: stopped.signal, ...AT_ONCE })).text).toBe(TWO_NODES);
});

test("a file that is written in place has to be read twice", async () => {
  await writeFile(path, TWO_NODES);
  await expect(readSettledFile(path, { signal: stopped.signal, ...ONLY_ONCE })).rejects.toMatchObject(UNSETTLED);
});

test("a known file that is written in place and then touched has to be read twice", async () => {
  await replace(path, "[]\n");
  const { version } = await readSettledFile(path, { signal: stopped.signal, ...AT_ONCE });
  await writeFile(path, TWO_NODES);
  await tick();
  await chmod(path, 0o600);
  const reading = readSettledFile(path, { signal: stopped.signal, ...ONLY_ONCE, known: version });
  await expect(reading).rejects.toMatchObject(UNSETTLED);
});

test("an empty file that was touched has to be read twice even where nothing is known of the path", async () => {
  await writeFile(path, "");
  await tick();
  await chmod(path, 0o600);
  await expect(readSettledFile(path, { signal: stopped.signal, ...ONLY_ONCE })).rejects.toMatchObject(UNSETTLED);
});

test("no beginning of a file that is being written is taken for the file", async () => {
  const file = await open(path, "w");
  const reading = readSettledFile(path, { signal: stopped.signal, settleMs: 1000 });
  for (const character of TWO_NODES) {
    await file.write(character);
    await sleep(5);
  }
  await file.close();
  expect((await reading).text).toBe(TWO_NODES);
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("a JSON document that parses is taken at once, a beginning of one is waited for", async () => {
  await writeFile(path, '["10.0.0.1","10.0.0.2"]');
  const { version } = await readSettledFile(path, { signal: stopped.signal, ...SOON });
  const known = { known: version, isWhole: parses };
  await writeFile(path, '["10.0.0.3"');
  await expect(readSettledFile(path, { signal: stopped.signal, ...ONLY_ONCE, ...known })).rejects.toMatchObject(
    UNSETTLED,
  );
  await writeFile(path, '["10.0.0.3"]');
  const { text } = await readSettledFile(path, { signal: stopped.signal, ...AT_ONCE, ...known });
  expect(text).toBe('["10.0.0.3"]');
});

test("a JSON document of which nothing is known is taken at once when it has rested for a second", async () => {
  const written = Date.now();
  const clock = vi.spyOn(Date, "now").mockReturnValue(written);
  onTestFinished(() => clock.mockRestore());
  await writeFile(path, "[]");
  const options = { signal: stopped.signal, ...ONLY_ONCE, isWhole: parses };
  await expect(readSettledFile(path, options)).rejects.toMatchObject(UNSETTLED);
  clock.mockReturnValue(Date.now() + 10_000);
  expect((await readSettledFile(path, options)).text).toBe("[]");
});

test("a JSON document that is written over an older one is not taken half-way, though the mixture parses", async () => {
  await writeFile(path, '["10.0.0.1","10.0.0.1"]');
  const { version } = await readSettledFile(path, { signal: stopped.signal, ...SOON });
  const known = { known: version, isWhole: parses };
  const file = await open(path, "r+");
  await file.write('["10.0.0.2"');
  await file.close();
  await expect(readSettledFile(path, { signal: stopped.signal, ...ONLY_ONCE, ...known })).rejects.toMatchObject(
    UNSETTLED,
  );
});

test("a link that is swapped between two directories gives one or the other, whole", async () => {
  for (const version of ["1", "2"]) {
    await mkdir(join(directory, version));
    await writeFile(join(directory, version, "web.yaml"), version.repeat(5000));
  }
  await symlink("1", join(directory, "..data"));
  await symlink("..data/web.yaml", path);
  const seen = new Set<string>();
  for (let turn = 0; turn < 20; turn++) {
    const reading = readSettledFile(path, { signal: stopped.signal, ...SOON });
    await symlink(turn % 2 === 0 ? "2" : "1", join(directory, "..next"));
    await rename(join(directory, "..next"), join(directory, "..data"));
    seen.add((await reading).text);
  }
  expect([...seen].every((text) => text === "1".repeat(5000) || text === "2".repeat(5000))).toBe(true);
  expect((await readSettledFile(path, { signal: stopped.signal, ...SOON })).text).toBe("1".repeat(5000));
});

test("a file that vanishes while it is settling is missing", async () => {
  await writeFile(path, "- {");
  const reading = readSettledFile(path, { signal: stopped.signal, settleMs: 100 });
  await unlink(path);
  await expect(reading).rejects.toMatchObject({ code: "ENOENT" });
});

test("a file that is written without a rest is refused after the limit", async () => {
  let writing = true;
  const writer = (async () => {
    for (let turn = 0; writing; turn++) await writeFile(path, `${turn}\n`);
  })();
  await eventually(() => readFile(path));
  const reading = readSettledFile(path, { signal: stopped.signal, settleMs: 500, giveUpMs: 400 });
  await expect(reading).rejects.toMatchObject({ code: "LIGHTHOUSE_FILE_UNSETTLED", path });
  writing = false;
  await writer;
});

test.each<[string, string, () => Promise<unknown>]>([
  ["a directory", "LIGHTHOUSE_NOT_A_FILE", () => mkdir(path)],
  ["a pipe nobody writes to", "LIGHTHOUSE_NOT_A_FILE", () => promisify(execFile)("mkfifo", [path])],
  ["a file above the limit", "LIGHTHOUSE_FILE_TOO_LARGE", () => writeFile(path, "x".repeat(101))],
  ["bytes that are no text", "LIGHTHOUSE_FILE_NOT_UTF8", () => writeFile(path, Buffer.from([0x2d, 0x20, 0xff]))],
  ["nothing", "ENOENT", async () => {}],
])("%s is refused with %s", async (_, code, make) => {
  await make();
  await expect(readSettledFile(path, { signal: stopped.signal, ...SOON, maxBytes: 100 })).rejects.toMatchObject({
    code,
  });
});

test("a file of exactly the limit is taken, its byte order mark is not part of the text", async () => {
  await writeFile(path, `\uFEFF${"x".repeat(97)}`);
  const { text } = await readSettledFile(path, { signal: stopped.signal, ...SOON, maxBytes: 100 });
  expect(text).toBe("x".repeat(97));
});

test("an aborted reading ends with the signal's reason", async () => {
  await writeFile(path, "x");
  const reading = readSettledFile(path, { signal: stopped.signal, ...AT_ONCE });
  stopped.abort(new Error("shutting down"));
  await expect(reading).rejects.toThrow();
});

test("a version tells files apart that were written within one tick of the clock", async () => {
  const known = { id: "another file", stamp: "", key: "", size: 0 };
  const keys = new Set<string>();
  for (let turn = 0; turn < 50; turn++) {
    await writeFile(path, `${turn % 10}`);
    keys.add(
      (await readSettledFile(path, { signal: stopped.signal, ...AT_ONCE, known, isWhole: () => true })).version.key,
    );
    await sleep(1);
  }
  expect(keys.size).toBe(50);
});
