import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as kit from "@lighthouse-sd/plugin-kit";
import { eventually } from "@lighthouse-sd/test-servers";
import { expect, test, vi } from "vitest";
import { configurationDirectory, discoveryIn, watch } from "./discovering.js";

vi.mock("@lighthouse-sd/plugin-kit", async (importOriginal) => {
  const original = await importOriginal<typeof kit>();
  return { ...original, readSettledFile: vi.fn(original.readSettledFile), fileVersion: vi.fn(original.fileVersion) };
});

const COUNT = 10_000;

test("of 10,000 files of one node only the one that changed is looked at and read again", async () => {
  const directory = await configurationDirectory();
  const web = join(directory, "nodes", "web");
  await mkdir(web, { recursive: true });
  const name = (index: number): string => join(web, `app${index}:8000.json`);
  for (let start = 0; start < COUNT; start += 500) {
    const batch = Array.from({ length: 500 }, (_, index) => start + index);
    await Promise.all(batch.map((index) => writeFile(name(index), `{"ip": "10.0.0.1", "port": ${index}}`)));
  }
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.answers.at(-1)?.length).toBe(COUNT));
  // The second look at everything, for the time before the watch stood.
  await eventually(() => expect(vi.mocked(kit.fileVersion).mock.calls.length).toBeGreaterThanOrEqual(2 * COUNT));
  await eventually(async () => {
    const calls = vi.mocked(kit.fileVersion).mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(vi.mocked(kit.fileVersion).mock.calls.length).toBe(calls);
  });
  const paths = (calls: readonly (readonly unknown[])[]): Set<unknown> => new Set(calls.map(([path]) => path));
  const change = async (port: number): Promise<Set<unknown>> => {
    const answers = watched.answers.length;
    vi.mocked(kit.fileVersion).mockClear();
    vi.mocked(kit.readSettledFile).mockClear();
    await writeFile(join(directory, "new"), `{"ip": "10.0.0.2", "port": ${port}}`);
    await rename(join(directory, "new"), name(7));
    await eventually(() => expect(watched.answers.length).toBe(answers + 1));
    expect(paths(vi.mocked(kit.readSettledFile).mock.calls)).toEqual(new Set([name(7)]));
    return paths(vi.mocked(kit.fileVersion).mock.calls);
  };
  // Everything is looked at again from time to time, for what the kernel has not told of: not at every change.
  let looked = await change(1);
  for (let port = 2; looked.size > 1 && port <= 10; port++) looked = await change(port);
  expect(looked).toEqual(new Set([name(7)]));

  const [before = [], after = []] = watched.answers.slice(-2);
  const changed = after.filter((record, index) => record !== before[index]);
  expect(changed.map(({ value }) => value)).toEqual([expect.stringMatching(/^\{"ip": "10\.0\.0\.2"/)]);
}, 120_000);
