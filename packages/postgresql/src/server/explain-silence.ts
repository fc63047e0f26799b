import type { Cluster, Context } from "@lighthouse-sd/core";
import type { PostgreSQLBlock, ServerSettings } from "../config/postgresql-config.js";
import { parseFragment } from "../text/parse-fragment.js";
import { slotName } from "../text/slot-name.js";
import { readBytes } from "../write-checked.js";
import { findSelf } from "./self.js";

/** SQLSTATE of a server that starts up, or recovers, and lets nobody in yet. */
const NOT_YET = "57P03";

/** The error of a login to the local server, with what a person can do about it where that is known: pg_rewind gives a
 * server the other one's fragment, by which it may follow itself, or ask for a slot that is not there, until somebody
 * takes it away; nobody can log in then, and we cannot. */
export async function explainSilence(
  error: unknown,
  settings: Pick<ServerSettings, "cluster" | "connection" | "config_file">,
  clusters: readonly Cluster<PostgreSQLBlock>[],
  { peer }: Pick<Context, "peer">,
): Promise<unknown> {
  if ((error as { code?: unknown }).code !== NOT_YET) return error;
  const own = clusters.find(({ name }) => name === settings.cluster);
  const self = findSelf(own?.nodes ?? [], settings.connection.port, peer);
  const text = await readBytes(settings.config_file).catch(() => null);
  const named = /application_name=(\S+)/.exec(parseFragment(text ?? "").primary_conninfo ?? "")?.[1];
  const wanted = own === undefined || self === undefined ? undefined : slotName(own.config.slots.prefix, self);
  if (named === undefined || wanted === undefined || named === wanted) return error;
  const advice = "remove it and reload the server (pg_ctl reload), and it is written anew";
  return new Error(
    `${(error as Error).message}: ${settings.config_file} is another member's (it says ${named}; this server is ${wanted}), as pg_rewind leaves it: ${advice}`,
    { cause: error },
  );
}
