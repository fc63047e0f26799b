import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort, killHaproxies, type RunnerProcess, tempDirectory } from "@lighthouse-sd/test-servers";
import { baseNode, measuredNode } from "./addresses.js";
import { CleanUps } from "./clean-ups.js";
import { CLUSTER, type Follower } from "./column.js";
import { type ConfigurationFiles, startConfigured, untilReady } from "./configured-runner.js";
import { balancerFile, clusterFile, SOCKET_FILE } from "./haproxy-files.js";
import { HEALTH_PATH } from "./health-answers.js";
import { type Registry, startRegistry } from "./registry.js";
import type { RegistryName } from "./results.js";
import { Traffic } from "./traffic.js";

/** A check of the service passes after so many passes in a row: the reporter's default. */
export const RISE = 2;

/** A host with HAProxy and one with a service whose check decides, and the registry between them. */
export interface ServiceSite extends Follower {
  readonly name: RegistryName;
  /** Where the service that comes up answers. */
  readonly serviceIp: string;
}

/** Starts all of it; the service is down, and HAProxy serves the base member, which the first host registers itself. */
export async function startServiceSite(name: RegistryName, serverPort: number): Promise<ServiceSite> {
  const directory = await tempDirectory("lhb");
  const place = (path: string): string => join(directory.path, path);
  const ending = new CleanUps();
  ending.add(() => directory.remove());
  const stop = (): Promise<void> => ending.run();
  const start = async (who: string, files: ConfigurationFiles, role: string): Promise<RunnerProcess> => {
    const runner = await startConfigured({ directory: place(who), files, args: ["--role", role] });
    ending.add(async () => void (await runner.stop()));
    await untilReady(runner, `${name}: ${who}`);
    return runner;
  };
  try {
    const registry = await startRegistry(name, place("nodes"));
    ending.add(registry.stop);
    const port = await freePort();
    mkdirSync(place("front/run"), { recursive: true });
    ending.add(() => killHaproxies(directory.path));
    const front = await start("front", frontFiles(registry, place("front"), port, serverPort), "both");
    await start("app", appFiles(registry, serverPort), "reporter");
    return {
      name,
      directory: directory.path,
      socket: place(join("front", SOCKET_FILE)),
      controllerPid: front.pid,
      traffic: new Traffic(port),
      serviceIp: service(serverPort).ip,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function frontFiles(registry: Registry, directory: string, port: number, serverPort: number): ConfigurationFiles {
  return {
    ...hostFiles(registry, "front", baseNode(serverPort).ip),
    "balancers/haproxy.yaml": balancerFile(directory),
    [`clusters/${CLUSTER}.yaml`]: clusterFile(registry.name, port),
    [`services/${CLUSTER}.yaml`]: { port: serverPort, discovery: registry.name },
  };
}

function appFiles(registry: Registry, serverPort: number): ConfigurationFiles {
  const { ip, port } = service(serverPort);
  const http = { uri: HEALTH_PATH, rise: RISE, fall: 1, timeout: "5s" };
  return {
    ...hostFiles(registry, "app", ip),
    [`services/${CLUSTER}.yaml`]: { host: ip, port, discovery: registry.name, checks: { interval: "250ms", http } },
  };
}

function hostFiles({ name, discovery }: Registry, host: string, ip: string): ConfigurationFiles {
  return { "runner.yaml": { name: host, ip }, [`discovery/${name}.yaml`]: discovery };
}

function service(serverPort: number): { readonly ip: string; readonly port: number } {
  return measuredNode(0, serverPort);
}
