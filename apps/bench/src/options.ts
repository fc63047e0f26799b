/** What was asked for on the command line. */
export interface BenchOptions {
  readonly kind: "full" | "quick" | "registries" | "soak" | "help";
  /** Of the result's file. */
  readonly name: string;
}

export const USAGE: string = `npm run bench                      10, 100, 1,000 and 10,000 nodes, and each registry: about nine minutes on two cores
npm run bench -- --quick           10 and 1,000 nodes, few repeats: about two minutes
npm run bench -- --registries      only from a service's check passing to its first answer, with each registry
npm run bench -- --soak            memory after up to 100,000 changes
npm run bench -- … --name NAME     the result is written to bench-results/NAME.json`;

const KINDS: readonly BenchOptions["kind"][] = ["quick", "registries", "soak", "help"];

/** Throws an Error that says what cannot be understood. `now` names a result that was given no name. */
export function readOptions(args: readonly string[], now: Date): BenchOptions {
  let kind: BenchOptions["kind"] = "full";
  let name: string | undefined;
  const rest = [...args];
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    const asked = KINDS.find((known) => option === `--${known}`);
    if (asked !== undefined) {
      kind = asked;
    } else if (option === "--name") {
      name = rest.shift();
      if (name === undefined || !/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name)) {
        throw new Error(`--name wants letters, digits, ".", "_" and "-", got ${JSON.stringify(name ?? "")}`);
      }
    } else {
      throw new Error(`unknown option ${option}\n${USAGE}`);
    }
  }
  return { kind, name: name ?? `${kind}-${now.toISOString().slice(0, 19).replaceAll(":", "")}` };
}
