import type { Configuration } from "./config/configuration.js";

/** What a runner does: keep balancers in line, report this host's services, or both. */
export type Role = "writer" | "reporter" | "both";

/** One half of what a runner can do; each has its own lock and socket in the state directory. */
export type Duty = "writer" | "reporter";

/** All roles. */
export const ROLES: readonly Role[] = ["writer", "reporter", "both"];

/** The duties of a role. */
export function dutiesOf(role: Role): readonly Duty[] {
  return role === "both" ? ["writer", "reporter"] : [role];
}

/** The part of a configuration that the writer follows: nothing of it without that duty. */
export function writersPart(configuration: Configuration, duties: readonly Duty[]): Configuration {
  if (duties.includes("writer")) return configuration;
  return { ...configuration, balancers: new Map(), discoveries: new Map(), clusters: new Map() };
}

/** What a runner sets out to do. */
export function taskSentence(
  duties: readonly Duty[],
  directory: string,
  stateDirectory: string,
  { balancers, clusters, services }: Configuration,
): string {
  const writes = duties.includes("writer");
  const asked = [
    ...(writes ? [`balancers: ${balancers.size}, clusters: ${clusters.size}`] : []),
    ...(duties.includes("reporter") ? [`services: ${services.size}`] : []),
  ].join(", ");
  const does = writes ? `keeps ${directory} in line` : `reports the services of ${directory}`;
  return `${does} (${asked}); its state is in ${stateDirectory}`;
}
