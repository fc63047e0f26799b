import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AnsweringServer } from "./answering-server.js";
import { type BenchPlan, FULL, QUICK, REGISTRIES_ALONE } from "./bench-plan.js";
import { CleanUps } from "./clean-ups.js";
import { thisMachine } from "./machine.js";
import { measureRegistry } from "./measure-registry.js";
import { measureSize } from "./measure-size.js";
import { type BenchOptions, readOptions, USAGE } from "./options.js";
import { isInstalled } from "./registry.js";
import { renderResult, renderSoak } from "./result-tables.js";
import {
  type BenchResult,
  REGISTRIES,
  type RegistryName,
  type RegistryResult,
  type SizeResult,
  type SoakResult,
} from "./results.js";
import { SOAK_NODES, soak } from "./soak.js";

const RESULTS = fileURLToPath(new URL("../../../bench-results/", import.meta.url));

const PLANS: Readonly<Record<"full" | "quick" | "registries", BenchPlan>> = {
  full: FULL,
  quick: QUICK,
  registries: REGISTRIES_ALONE,
};

const cleanUps = new CleanUps();
let interrupted = false;
for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const, ["SIGHUP", 129] as const]) {
  process.on(signal, () => {
    interrupted = true;
    say("· ending all of it");
    cleanUps.run().then(
      () => process.exit(code),
      (error: unknown) => fail(error),
    );
  });
}

main().catch((error: unknown) => {
  // What was under way when everything was ended cannot succeed.
  if (!interrupted) fail(error);
});

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), new Date());
  if (options.kind === "help") return say(USAGE);
  try {
    const server = await AnsweringServer.start();
    cleanUps.add(() => server.stop());
    if (options.kind === "soak") await runSoak(options, server.port);
    else await runBench(options, PLANS[options.kind], server);
  } finally {
    await cleanUps.run();
  }
}

async function runBench({ name }: BenchOptions, plan: BenchPlan, server: AnsweringServer): Promise<void> {
  const startedAt = new Date().toISOString();
  const began = performance.now();
  const sizes: SizeResult[] = [];
  for (const nodes of plan.sizes) {
    const progress = (what: string): void => sayStep(`${nodes.toLocaleString("en-US")} nodes: ${what}`);
    sizes.push(await measureSize({ nodes, plan, serverPort: server.port, progress, started }));
  }
  const registries = await measureRegistries(plan, server);
  const elapsedSeconds = (performance.now() - began) / 1_000;
  const result: BenchResult = { name, startedAt, elapsedSeconds, machine: thisMachine(), sizes, registries };
  say(`\n${renderResult(result)}\n`);
  keep(result);
}

/** One after the other: what one does at rest must not be in the way of another. */
async function measureRegistries({ starts }: BenchPlan, server: AnsweringServer): Promise<BenchResult["registries"]> {
  const results: Partial<Record<RegistryName, RegistryResult>> = {};
  for (const name of REGISTRIES.filter(isInstalled)) {
    sayStep(`${name}: a service comes up`);
    results[name] = await measureRegistry(name, { server, starts, started });
  }
  return results;
}

function started({ stop }: { stop(): Promise<void> }): void {
  cleanUps.add(stop);
}

async function runSoak({ name }: BenchOptions, serverPort: number): Promise<void> {
  const startedAt = new Date().toISOString();
  const progress = (what: string): void => sayStep(`soak: ${what}`);
  const marks = await soak({ serverPort, progress, started });
  const result: SoakResult = { name, startedAt, machine: thisMachine(), nodes: SOAK_NODES, marks };
  say(`\n${renderSoak(result)}\n`);
  keep(result);
}

function keep(result: { readonly name: string }): void {
  const path = join(RESULTS, `${result.name}.json`);
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, null, 1)}\n`);
  say(`written to ${path}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** With the seconds since this program began. */
function sayStep(text: string): void {
  const seconds = Math.round(performance.now() / 1_000).toString();
  say(`${seconds.padStart(4)} s · ${text}`);
}

function fail(error: unknown): void {
  process.stderr.write(`✗ ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
