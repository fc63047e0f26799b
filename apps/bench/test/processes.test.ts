import { describe, expect, it } from "vitest";
import { CpuAccount } from "../src/cpu-account.js";
import { type ProcessTimes, parseProcessTimes, parseResidentBytes, processTimes } from "../src/process-figures.js";

const CONTROLLER = 100;

function times(own: number, rest: Partial<ProcessTimes> = {}): ProcessTimes {
  return { parent: 1, own, children: 0, startedAt: "1", ...rest };
}

describe("what the kernel says of a process", () => {
  it("is read whatever the program is called", () => {
    const stat = `42 (a) b (c)) S 7 42 42 0 -1 0 0 0 0 0 150 50 25 5 20 0 1 0 98765 1000 10`;
    expect(parseProcessTimes(stat)).toEqual({ parent: 7, own: 2, children: 0.3, startedAt: "98765" });
  });

  it("is memory in kB", () => {
    expect(parseResidentBytes("Name:\tnode\nVmHWM:\t  900 kB\nVmRSS:\t  512 kB\n")).toBe(512 * 1_024);
    expect(parseResidentBytes("Name:\tzombie\n")).toBe(0);
  });

  it("is there for this process, and not for one that cannot be", () => {
    expect(processTimes(process.pid)?.parent).toBe(process.ppid);
    expect(processTimes(2 ** 30)).toBeUndefined();
  });
});

describe("an account of CPU time", () => {
  it("begins with the first look", () => {
    const account = new CpuAccount(CONTROLLER);
    account.see(times(5, { children: 1 }), new Map([[1, times(7)]]));
    expect(account.use()).toEqual({ controllerSeconds: 0, haproxySeconds: 0 });
    account.see(times(6, { children: 3 }), new Map([[1, times(7.5)]]));
    expect(account.use()).toEqual({ controllerSeconds: 3, haproxySeconds: 0.5 });
  });

  it("counts processes that come whole, and those that have gone as far as they were seen", () => {
    const account = new CpuAccount(CONTROLLER);
    account.see(times(0), new Map([[1, times(10)]]));
    account.see(times(0), new Map([[1, times(11)], [2, times(0.25)]])); // biome-ignore format: one look a line
    account.see(times(0), new Map([[2, times(0.5)]]));
    expect(account.use().haproxySeconds).toBe(1.5);
  });

  it("tells a process from a later one with its pid", () => {
    const account = new CpuAccount(CONTROLLER);
    account.see(times(0), new Map([[1, times(10)]]));
    account.see(times(0), new Map([[1, times(0.5, { startedAt: "2" })]]));
    expect(account.use().haproxySeconds).toBe(0.5);
  });

  it("leaves the controller's own children to the controller, which counts them when they have ended", () => {
    const account = new CpuAccount(CONTROLLER);
    account.see(times(0), new Map());
    account.see(times(0), new Map([[2, times(0.5, { parent: CONTROLLER })]]));
    account.see(times(0, { children: 0.5 }), new Map());
    expect(account.use()).toEqual({ controllerSeconds: 0.5, haproxySeconds: 0 });
  });

  it("keeps what a controller had used that has ended", () => {
    const account = new CpuAccount(CONTROLLER);
    account.see(times(1), new Map());
    account.see(times(2), new Map());
    account.see(undefined, new Map());
    expect(account.use().controllerSeconds).toBe(1);
  });
});
