import { haproxyProcesses } from "@lighthouse-sd/test-servers";
import type { Column } from "./column.js";
import { residentBytes } from "./process-figures.js";
import type { MemoryResult } from "./results.js";

/** Resident memory now. */
export async function measureMemory(column: Column): Promise<MemoryResult> {
  const haproxies = await haproxyProcesses(column.directory);
  return {
    controllerBytes: residentBytes(column.controllerPid),
    haproxyBytes: haproxies.reduce((sum, { pid }) => sum + residentBytes(pid), 0),
  };
}
