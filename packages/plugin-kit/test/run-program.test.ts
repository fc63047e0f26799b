import { existsSync, readFileSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "@lighthouse-sd/test-servers";
import { describe, expect, it, vi } from "vitest";
import { runProgram } from "../src/index.js";
import { temporaryDirectory } from "./temporary-directory.js";

const signal: AbortSignal = new AbortController().signal;
const limits = { signal, timeoutMs: 10_000 };

async function running(pidFile: string): Promise<boolean> {
  const pid = Number(await readFile(pidFile, "utf8"));
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return state !== "" && !/\) [ZX] /.test(state);
}

/** Whether the program whose pid is written there has come and gone, as far as the kernel knows. */
function hasEnded(pidFile: string): boolean {
  if (!existsSync(pidFile)) return false;
  const pid = readFileSync(pidFile, "utf8").trim();
  return pid !== "" && /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

describe("runProgram", () => {
  it.each([
    [
      "what it printed, stream by stream",
      "echo out; echo err >&2",
      { code: 0, signal: null, stdout: "out\n", stderr: "err\n" },
    ],
    ["a non-zero exit", "exit 3", { code: 3, signal: null, stdout: "", stderr: "" }],
    ["the signal that ended it", "kill -TERM $$", { code: null, signal: "SIGTERM", stdout: "", stderr: "" }],
    ["an empty stdin", "cat; echo end", { code: 0, signal: null, stdout: "end\n", stderr: "" }],
    [
      "a character cut in two by the pipe",
      "printf '\\303'; sleep 0.05; printf '\\274'",
      { code: 0, signal: null, stdout: "ü", stderr: "" },
    ],
  ])("tells %s", async (_case, script, result) => {
    expect(await runProgram("sh", ["-c", script], limits)).toEqual(result);
  });

  it("gives the program its input, arguments, directory and environment, and no shell", async () => {
    const directory = await temporaryDirectory();
    const script = 'cat; printf "%s|" "$@" "$PWD" "$COLOUR" "$HOME"';
    const options = { ...limits, input: "in|", cwd: directory, env: { PATH: process.env["PATH"], COLOUR: "red" } };
    const { stdout } = await runProgram("sh", ["-c", script, "sh", "$(id) ; *", ""], options);
    expect(stdout).toBe(`in|$(id) ; *||${directory}|red||`);
  });

  it("does not mind a program that reads none of a large input", async () => {
    expect(await runProgram("true", [], { ...limits, input: "x".repeat(1_000_000) })).toMatchObject({ code: 0 });
  });

  it("rejects at the time limit with what was printed, and kills the program's children", async () => {
    const pidFile = join(await temporaryDirectory(), "pid");
    const script = `sleep 60 & echo $! > ${pidFile}; echo begun; wait`;
    await expect(runProgram("sh", ["-c", script], { signal, timeoutMs: 3000 })).rejects.toMatchObject({
      code: "LIGHTHOUSE_PROGRAM_TIMEOUT",
      message: "sh: did not end within 3000 ms and was killed",
      stdout: "begun\n",
    });
    await eventually(async () => expect(await running(pidFile)).toBe(false));
  });

  it("does not count time in which this process stood still against a program that has ended", async () => {
    const pidFile = join(await temporaryDirectory(), "pid");
    const run = runProgram("sh", ["-c", `echo $$ > ${pidFile}; echo done`], { signal, timeoutMs: 100 });
    do Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
    while (!hasEnded(pidFile));
    expect(await run).toMatchObject({ code: 0, stdout: "done\n" });
  });

  it("kills a program that ignores SIGTERM", async () => {
    await expect(
      runProgram("sh", ["-c", "trap '' TERM; while :; do sleep 0.1; done"], { signal, timeoutMs: 200 }),
    ).rejects.toMatchObject({ code: "LIGHTHOUSE_PROGRAM_TIMEOUT" });
  });

  it("rejects when its signal aborts, and kills the program's children", async () => {
    const pidFile = join(await temporaryDirectory(), "pid");
    const stop = new AbortController();
    const run = runProgram("sh", ["-c", `sleep 60 & echo $! > ${pidFile}; wait`], { ...limits, signal: stop.signal });
    const rejected = expect(run).rejects.toMatchObject({ code: "LIGHTHOUSE_PROGRAM_ABORTED", cause: "enough" });
    await eventually(async () => expect(await readFile(pidFile, "utf8")).toMatch(/\n/));
    stop.abort("enough");
    await rejected;
    await eventually(async () => expect(await running(pidFile)).toBe(false));
  });

  it("starts nothing when its signal has aborted before", async () => {
    const path = join(await temporaryDirectory(), "made");
    await expect(runProgram("touch", [path], { ...limits, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "LIGHTHOUSE_PROGRAM_ABORTED",
    });
    await expect(readFile(path)).rejects.toThrow(/ENOENT/);
  });

  it("kills a program that prints more than it may, keeping what fits", async () => {
    const run = runProgram("sh", ["-c", "while :; do echo 0123456789; done"], { ...limits, maxOutputBytes: 25 });
    await expect(run).rejects.toMatchObject({
      code: "LIGHTHOUSE_PROGRAM_OUTPUT",
      message: "sh: printed more than 25 bytes and was killed",
      stdout: "0123456789\n0123456789\n012",
    });
  });

  it("takes exactly as much output as it may", async () => {
    expect(await runProgram("printf", ["12345"], { ...limits, maxOutputBytes: 5 })).toMatchObject({ stdout: "12345" });
  });

  it("leaves a daemon alone and does not wait for its output", async () => {
    const pidFile = join(await temporaryDirectory(), "pid");
    const daemon = `setsid sh -c 'echo $$ > ${pidFile}; exec sleep 60' &`;
    const { code, stdout } = await runProgram(
      "sh",
      ["-c", `${daemon} while [ ! -s ${pidFile} ]; do :; done; echo up`],
      limits,
    );
    expect([code, stdout]).toEqual([0, "up\n"]);
    expect(await running(pidFile)).toBe(true);
    process.kill(Number(await readFile(pidFile, "utf8")), "SIGKILL");
  });

  it("leaves no listener on a signal that outlives it", async () => {
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await runProgram("true", [], limits);
    expect(removed.mock.calls.map(([event, listener]) => [event, listener])).toEqual(
      added.mock.calls.map(([event, listener]) => [event, listener]),
    );
    expect(added).toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it.each([
    ["is not there", "no-such-program", [], {}, /^no-such-program: could not be started: there is no such program/],
    ["would run nowhere", "true", [], { cwd: "/no/such" }, /could not be started in \/no\/such: there is no such/],
    [
      "gets an argument that no program can be given",
      "true",
      ["a\0b"],
      {},
      /^true: could not be started: .*null bytes/,
    ],
  ])("rejects where the program %s", async (_case, file, args, options, message) => {
    await expect(runProgram(file, args, { ...limits, ...options })).rejects.toMatchObject({
      code: "LIGHTHOUSE_PROGRAM_START",
      message: expect.stringMatching(message),
    });
  });

  it("rejects where the program is not executable", async () => {
    const path = join(await temporaryDirectory(), "script");
    await writeFile(path, "#!/bin/sh\n");
    await chmod(path, 0o644);
    await expect(runProgram(path, [], limits)).rejects.toMatchObject({
      code: "LIGHTHOUSE_PROGRAM_START",
      message: `${path}: could not be started: it may not be executed by this process's user`,
    });
  });
});
