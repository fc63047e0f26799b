import { formatProblem } from "../config/sort-problems.js";
import { counted } from "../counted.js";
import { endOfHold } from "../guard/guard-sentences.js";
import { iso } from "../iso-time.js";
import { nameList } from "../name-list.js";
import { type Explained, type ExplainedStep, step } from "./explanation.js";

/** What the cluster's file says, and what is wrong with it. */
export function configurationSteps({ cluster, file, balancers, problems }: Explained): readonly ExplainedStep[] {
  const names = balancers.map(({ name }) => name);
  const carried = names.length === 0 ? "no balancer of this host carries it" : `carried by ${names.join(", ")}`;
  const from = `cluster ${cluster.name} (${file}) has its members from ${cluster.discovery}; ${carried}`;
  return [
    step("configuration", names.length > 0, null, from),
    ...problems
      .filter((problem) => problem.file === file)
      .map((problem) =>
        step("configuration", false, null, `the last good version of its file stands: ${formatProblem(problem)}`),
      ),
  ];
}

/** Whether the source answers, and what stands where it does not. */
export function sourceStep({ cluster: { discovery, state } }: Explained): ExplainedStep {
  const { source, since, error, nodes, confirmedAt } = state;
  const why = error === null ? "" : `: ${error}`;
  const stands = `the ${counted(nodes?.length ?? 0, "node")} that it named until ${iso(confirmedAt ?? since)}`;
  switch (source) {
    case "live":
      return step("source", true, since, `${discovery} answers`);
    case "waiting":
      return step(
        "source",
        false,
        since,
        `${discovery} has not said anything yet${why}; balancers leave what their targets have`,
      );
    case "lost":
      return step("source", false, since, `${discovery} does not answer${why}; ${stands} stand`);
    case "snapshot":
      return step(
        "source",
        false,
        since,
        `${discovery} has not answered since this runner started${why}; ${stands} stand, as the disk remembers them`,
      );
  }
}

/** Which records count and which do not. */
export function recordSteps({ cluster: { state } }: Explained): readonly ExplainedStep[] {
  const { list, nodes } = state.readings;
  if (list.length === 0) return [];
  const good = list.filter(({ reason }) => reason === null).length;
  const bad = list.length - good;
  const judged = `${counted(list.length, "record")}: ${good} good, ${bad} quarantined`;
  const all = `${judged}; they stand for ${counted(nodes.length, "node")}`;
  return [
    step("record", bad === 0, null, all),
    ...list.flatMap(({ source, reason, node }) => {
      if (reason === null) return [];
      const rest = node === null ? "it is left out" : `the last good value of ${node.name} stands`;
      return [step("record", false, null, `the record ${source} is quarantined: ${reason}; ${rest}`)];
    }),
  ];
}

/** Whom the guard holds and until when. */
export function guardStep({ cluster: { name, state } }: Explained): ExplainedStep {
  const { held, guard } = state;
  const [first] = held;
  if (first === undefined) return step("guard", true, null, "its guard holds nobody");
  const who = nameList(held.map(({ node }) => node.name));
  const end = guard.hold === null ? "" : `; ${endOfHold(name, guard.hold)}`;
  return step(
    "guard",
    false,
    Math.min(...held.map(({ since }) => since)),
    `its guard holds ${counted(held.length, "node")} (${who}): ${first.reason}${end}`,
  );
}

/** How many members there are, and when that changed last. */
export function membershipStep({ cluster: { state }, events }: Explained): ExplainedStep {
  if (state.nodes === null) return step("membership", false, state.since, "its members are not known yet");
  const last = events.findLast(({ kind }) => kind === "members");
  return step("membership", true, last?.at ?? null, `it has ${counted(state.nodes.length, "node")}`);
}

/** What operators have drained on this host. */
export function drainSteps({ cluster: { name, drains } }: Explained): readonly ExplainedStep[] {
  return drains.map((drain) => {
    const until = `until: lighthouse-runner undrain ${name} ${drain.name}`;
    return step("drain", true, drain.since, `${drain.name} is drained on this host by hand, ${until}`);
  });
}
