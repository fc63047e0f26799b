import pc from "picocolors";
import { formatProblem } from "../config/sort-problems.js";
import { oneLine } from "../error-text.js";
import type { BalancerStatus, ClusterStatus, Status } from "../http/status.js";
import { ageText } from "./age-text.js";
import { serviceRows } from "./service-rows.js";
import { type Cell, type Colors, textTable } from "./text-table.js";

/** A status for people: tables of clusters, balancers and services, and below them what needs a look. Pure. */
export function statusText(status: Status, now: number, color: boolean): string {
  const colors = pc.createColors(color);
  const { version, ready, startedAt, clusters, balancers, services } = status;
  const state = ready ? colors.green("ready") : colors.yellow("not ready");
  const sections = [
    [`lighthouse ${oneLine(version)}: ${state}, started ${ageText(startedAt, now)} ago`],
    section("Clusters", textTable(CLUSTER_HEADER, entries(clusters, clusterRow(now, colors)), colors), colors),
    section("Balancers", textTable(BALANCER_HEADER, entries(balancers, balancerRow(now, colors)), colors), colors),
    section("Services", textTable(SERVICE_HEADER, serviceRows(services, now, colors), colors), colors),
    section("To look at", notes(status, colors), colors),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const CLUSTER_HEADER = ["NAME", "SOURCE", "STATE", "SINCE", "NODES", "DRAINED", "HELD", "QUARANTINED"];
const BALANCER_HEADER = ["NAME", "TYPE", "STATE", "LAST SYNC", "RELOADS", "LAST RELOAD"];
const SERVICE_HEADER = ["NAME", "PORT", "STATE", "SINCE", "REGISTERED", "SINCE"];

type Row = readonly (Cell | string)[];

function section(title: string, lines: readonly string[], colors: Colors): readonly string[] {
  return lines.length === 0 ? [] : [colors.bold(title), ...lines];
}

function entries<T>(of: Readonly<Record<string, T>>, row: (name: string, value: T) => Row): readonly Row[] {
  return Object.entries(of).map(([name, value]) => row(name, value));
}

function clusterRow(now: number, { green, yellow, red }: Colors): (name: string, cluster: ClusterStatus) => Row {
  return (name, { discovery, source, since, nodes, held, quarantined }) => [
    name,
    discovery,
    { text: source, paint: source === "live" ? green : source === "waiting" ? yellow : red },
    ageText(since, now),
    nodes === null ? "?" : String(nodes.length),
    count(nodes?.filter(({ drained }) => drained === true).length ?? 0, yellow),
    count(held.length, red),
    count(quarantined.length, red),
  ];
}

function count(number: number, paint: (text: string) => string): Cell {
  return number === 0 ? { text: "-" } : { text: String(number), paint };
}

function balancerRow(now: number, { green, yellow, red }: Colors): (name: string, balancer: BalancerStatus) => Row {
  return (name, { type, converged, lastSync, reloads, lastReload, lastError }) => {
    const failed = lastError !== null;
    const word = failed ? "failing" : converged ? "in line" : "not in line yet";
    return [
      name,
      type,
      { text: word, paint: failed ? red : converged ? green : yellow },
      lastSync === null ? "-" : ageText(lastSync, now),
      String(reloads),
      lastReload === null ? "-" : `${ageText(lastReload.at, now)}: ${lastReload.reason}`,
    ];
  };
}

const MOST_SHOWN = 5;

/** The first ones, and how many more there are. */
function some(texts: readonly string[], word: string): readonly string[] {
  const more = texts.length - MOST_SHOWN;
  if (more <= 0) return texts;
  return [...texts.slice(0, MOST_SHOWN), `and ${more} more ${word}; lighthouse-runner explain tells of each`];
}

/** Everything that keeps the status from being all green, one line each. */
function notes({ clusters, balancers, config }: Status, { red, yellow }: Colors): readonly string[] {
  const said = (text: string, paint: (text: string) => string): string => `  ${paint(oneLine(text))}`;
  return [
    ...config.errors.map((problem) => said(formatProblem(problem), red)),
    ...Object.entries(clusters).flatMap(([name, { discovery, error, held, quarantined }]) => [
      ...(error === null ? [] : [said(`cluster ${name}: ${discovery} does not answer: ${error}`, red)]),
      ...some(
        held.map((node) => `${node.name} is held: ${node.reason}`),
        "held",
      ).map((text) => said(`cluster ${name}: ${text}`, red)),
      ...some(
        quarantined.map(({ source, reason }) => `${source} is quarantined: ${reason}`),
        "quarantined",
      ).map((text) => said(`cluster ${name}: ${text}`, red)),
    ]),
    ...Object.entries(balancers).flatMap(([name, { lastError, problems }]) => [
      ...(lastError === null ? [] : [said(`balancer ${name}: ${lastError}`, red)]),
      ...problems.map((problem) => said(`balancer ${name}: ${formatProblem(problem)}`, yellow)),
    ]),
  ];
}
