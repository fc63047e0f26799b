import type { PortStatus, RunnerStatus } from "../wire/runner-status.js";
import type { Severity, Trouble } from "./trouble.js";

/** What is wrong with services of the runner's host. */
export function serviceTroubles({ services }: RunnerStatus): readonly Trouble[] {
  return Object.entries(services).flatMap(([name, { drainedSince, ports }]) => {
    const subjects = [{ kind: "service", name }] as const;
    const drained: Trouble = {
      key: `drained service ${name}`,
      severity: "note",
      subjects,
      sentence: "is drained everywhere, until undrain",
      detail: null,
      since: drainedSince,
    };
    const told = ports.flatMap((port) => {
      const verdict = portVerdict(port);
      return verdict === undefined ? [] : [{ key: `service ${name} ${port.port}`, subjects, ...verdict }];
    });
    return drainedSince === null ? told : [...told, drained];
  });
}

type Verdict = Pick<Trouble, "severity" | "sentence" | "detail" | "since">;

function portVerdict({ port, state, since, reason, registration }: PortStatus): Verdict | undefined {
  const said = (severity: Severity, sentence: string, detail: string | null, from: string): Verdict => {
    return { severity, sentence: `port ${port} ${sentence}`, detail, since: from };
  };
  if (state === "down") return said("bad", "is down: its checks fail, and it is not registered", reason, since);
  if (state === "starting") return said("note", "is starting: its checks have not decided yet", reason, since);
  if (registration.state === "registered") return undefined;
  const severity = registration.state === "lost" ? "bad" : "look";
  return said(severity, "is up and not registered", registration.error, registration.since);
}
