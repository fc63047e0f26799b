import { readdirSync, readFileSync } from "node:fs";
import { Counter, Gauge, type Registry } from "prom-client";

/** The usual metrics of a process, read when they are asked for. (prom-client's own set keeps a timer and observers
 * running for as long as the process lives.) */
export function addProcessMetrics(registry: Registry): void {
  const started = Math.round(Date.now() / 1000 - process.uptime());
  addCounter(registry, "process_cpu_user_seconds_total", "CPU time in user code, in seconds.", () => cpu().user);
  addCounter(registry, "process_cpu_system_seconds_total", "CPU time in the system, in seconds.", () => cpu().system);
  addCounter(registry, "process_cpu_seconds_total", "CPU time in all, in seconds.", () => cpu().user + cpu().system);
  addGauge(registry, "process_start_time_seconds", "When the process started, in Unix seconds.", () => started);
  addGauge(registry, "process_resident_memory_bytes", "Memory in use, in bytes.", () => process.memoryUsage.rss());
  addGauge(registry, "process_open_fds", "Open file descriptors.", openFiles);
  addGauge(registry, "process_max_fds", "The most file descriptors it may open.", mostFiles);
  addGauge(registry, "nodejs_heap_size_used_bytes", "JavaScript heap in use, in bytes.", () => {
    return process.memoryUsage().heapUsed;
  });
  new Gauge({
    name: "nodejs_version_info",
    help: "The version of Node.js.",
    labelNames: ["version"],
    registers: [registry],
  }).set({ version: process.version }, 1);
}

/** `read` gives undefined where it cannot be known: the series is left out. */
type Read = () => number | undefined;

function addGauge(registry: Registry, name: string, help: string, read: Read): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
}

function addCounter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

function cpu(): { readonly user: number; readonly system: number } {
  const { user, system } = process.cpuUsage();
  return { user: user / 1e6, system: system / 1e6 };
}

function openFiles(): number | undefined {
  try {
    // Reading the directory opens one itself.
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return undefined;
  }
}

function mostFiles(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
