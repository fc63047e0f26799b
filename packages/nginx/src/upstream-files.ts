import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "@lighthouse-sd/core";
import { errnoOf } from "@lighthouse-sd/plugin-kit";
import type { NginxBlock } from "./nginx-config.js";
import { HEADER, renderUpstream, upstreamOf } from "./render-upstream.js";

/** What stands in the directory. */
export interface StandingFiles {
  /** The texts of our files, by name. */
  readonly own: ReadonlyMap<string, string>;
  /** The names of files that somebody else wrote. */
  readonly foreign: ReadonlySet<string>;
}

/** A file that has to be there. */
export interface WantedFile {
  /** Null: of a cluster that was removed. */
  readonly cluster: string | null;
  readonly upstream: string;
  readonly text: string;
}

/** Reads the files that nginx would include; a directory that is not there has none. */
export async function readUpstreamFiles(directory: string): Promise<StandingFiles> {
  const own = new Map<string, string>();
  const foreign = new Set<string>();
  for (const entry of await entriesOf(directory)) {
    if (!entry.name.endsWith(".conf") || entry.name.startsWith(".")) continue;
    const text = await readIfThere(join(directory, entry.name));
    if (text === undefined) continue;
    if (text.startsWith(HEADER)) own.set(entry.name, text);
    else foreign.add(entry.name);
  }
  return { own, foreign };
}

async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  return readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  });
}

/** The text of a file; undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    // What is no file is somebody else's.
    if (errnoOf(error) === "EISDIR") return "";
    throw error;
  }
}

/** The name of a cluster's file. */
export function fileOf(cluster: string): string {
  return `${cluster}.conf`;
}

/** The files that `clusters` take, by name. A cluster whose members are not known keeps the file that it has; where it
 * has none it gets one that nobody serves, so that an nginx that names its upstream can start. */
export function wantedFiles(
  clusters: readonly Cluster<NginxBlock>[],
  own: ReadonlyMap<string, string>,
): Map<string, WantedFile> {
  return new Map(
    clusters.map(({ name, config, nodes }) => {
      const file = fileOf(name);
      const upstream = upstreamOf(name, config);
      const kept = nodes === null ? own.get(file) : undefined;
      return [file, { cluster: name, upstream, text: kept ?? renderUpstream(upstream, config, nodes ?? []) }];
    }),
  );
}
