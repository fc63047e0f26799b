import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { haproxyBinary } from "@lighthouse-sd/test-servers";

/** What the numbers were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  readonly haproxy: string;
}

/** This machine. */
export function thisMachine(): Machine {
  const cores = cpus();
  const version = execFileSync(haproxyBinary(), ["-v"], { encoding: "utf8" });
  return {
    cpu: cores[0]?.model ?? "unknown",
    cores: cores.length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.versions.node,
    haproxy: /version (\S+)/.exec(version)?.[1] ?? version.trim(),
  };
}
