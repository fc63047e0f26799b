import type { CallOptions, Cluster } from "@lighthouse-sd/core";
import type { ClientSettings, PostgreSQLBlock } from "../config/postgresql-config.js";
import {
  type KnownMembers,
  type Member,
  type Membership,
  memberKey,
  rememberedMembers,
  updateMembers,
} from "../members.js";
import type { Notice } from "../server/server-state.js";
import { type BouncedDatabase, parsePgbouncer, renderPgbouncer } from "../text/render-pgbouncer.js";
import { parseServices, renderServices, type Service, unfitService } from "../text/render-services.js";
import { type FileChange, readBytes } from "../write-checked.js";
import { type ClientView, chooseTarget } from "./choose-target.js";
import { viewMember } from "./view-member.js";

/** What is remembered from one pass to the next, by cluster. */
export interface ClientMemory {
  readonly members: ReadonlyMap<string, Membership>;
  /** The newest timeline that a primary was seen with. */
  readonly newest: ReadonlyMap<string, number>;
}

/** What one look has found, and what is to be written. */
export interface ClientSurvey {
  readonly services: FileChange | undefined;
  readonly pgbouncer: (FileChange & { readonly databases: readonly BouncedDatabase[] }) | undefined;
  readonly notices: readonly (Notice & { readonly cluster: string })[];
  readonly memory: ClientMemory;
}

/** What a look needs. */
export interface ClientSurveyOptions extends CallOptions {
  readonly settings: ClientSettings;
  readonly clusters: readonly Cluster<PostgreSQLBlock>[];
  readonly memory: ClientMemory;
  /** Milliseconds. */
  readonly now: number;
}

const HEADER = /^(?:#|;;) Kept by Lighthouse/;

/** Looks at the files and the members, and plans. Touches nothing. */
export async function surveyClients(options: ClientSurveyOptions): Promise<ClientSurvey> {
  const { settings, clusters, memory, now } = options;
  const servicesText = await readOwn(settings.service_file);
  const bouncerText = await readOwn(settings.pgbouncer?.include);
  const written = parseServices(utf8(servicesText));
  const notices: (Notice & { readonly cluster: string })[] = [];
  const members = new Map<string, KnownMembers>();
  for (const cluster of clusters) {
    const known = memory.members.get(cluster.name) ?? rememberedMembers(writtenMembers(cluster.config, written));
    if (cluster.nodes === null && known.members.size === 0) continue;
    members.set(cluster.name, updateMembers(known, cluster, cluster.config, now));
  }
  const services = clusters.flatMap((cluster) => planServices(cluster, members.get(cluster.name), written, notices));
  const bounced = await planDatabases(options, members, parsePgbouncer(utf8(bouncerText)), notices);
  return {
    services: fileOf(settings.service_file, servicesText, renderServices(services), services.length === 0),
    pgbouncer: withDatabases(
      fileOf(
        settings.pgbouncer?.include,
        bouncerText,
        renderPgbouncer(bounced.databases),
        bounced.databases.length === 0,
      ),
      bounced.databases,
    ),
    notices,
    memory: { members: new Map([...members].map(([name, { state }]) => [name, state])), newest: bounced.newest },
  };
}

function planServices(
  { name: cluster, config }: Cluster<PostgreSQLBlock>,
  known: KnownMembers | undefined,
  written: ReadonlyMap<string, Service>,
  notices: (Notice & { readonly cluster: string })[],
): readonly Service[] {
  return Object.entries(config.services).flatMap(([name, target]) => {
    const before = written.get(name);
    const service = { name, target, members: known?.present ?? [] };
    const obstacle =
      known === undefined ? undefined : service.members.length === 0 ? NO_MEMBERS : unfitService(service);
    if (obstacle !== undefined) notices.push({ cluster, path: ["services", name], message: obstacle });
    if (known !== undefined && obstacle === undefined) return [service];
    return before === undefined ? [] : [before];
  });
}

const NO_MEMBERS = "the cluster has no members: the service stays as it is, or is not there yet";

async function planDatabases(
  { settings, clusters, memory, signal }: ClientSurveyOptions,
  members: ReadonlyMap<string, KnownMembers>,
  written: readonly BouncedDatabase[],
  notices: (Notice & { readonly cluster: string })[],
): Promise<{ readonly databases: readonly BouncedDatabase[]; readonly newest: ReadonlyMap<string, number> }> {
  const { connection } = settings;
  const newest = new Map(memory.newest);
  if (settings.pgbouncer === undefined || connection === undefined) return { databases: [], newest };
  const databases: BouncedDatabase[] = [];
  for (const { name: cluster, config } of clusters) {
    const present = config.pgbouncer.length === 0 ? [] : (members.get(cluster)?.present ?? []);
    const views: readonly ClientView[] = await Promise.all(
      present.map((member) => viewMember(member, connection, settings.probe_timeout, signal)),
    );
    const seen = newest.get(cluster) ?? 0;
    for (const { database, dbname = database, to } of config.pgbouncer) {
      const target = chooseTarget(to, views, config.system_identifier, seen);
      const before = written.find((entry) => entry.database === database);
      if (members.has(cluster)) notices.push(...target.notices.map((notice) => ({ ...notice, cluster })));
      if (target.hosts !== undefined) databases.push({ database, dbname, ...target.hosts });
      else if (before !== undefined) databases.push({ ...before, dbname });
      if (to === "primary" && target.hosts !== undefined) newest.set(cluster, timelineOf(views, target.hosts));
    }
  }
  return { databases, newest };
}

function timelineOf(views: readonly ClientView[], { hosts, port }: { hosts: readonly string[]; port: number }): number {
  const chosen = views.find(({ member }) => member.ip === hosts[0] && member.port === port);
  return chosen?.answer?.timeline ?? 0;
}

/** The members that the services of a block were written with. */
function writtenMembers(block: PostgreSQLBlock, written: ReadonlyMap<string, Service>): readonly Member[] {
  const found = Object.keys(block.services).flatMap((name) => written.get(name)?.members ?? []);
  return [...new Map(found.map(({ ip, port }) => [memberKey({ ip, port }), { host: ip, ip, port }])).values()];
}

async function readOwn(path: string | undefined): Promise<string | null> {
  const text = path === undefined ? null : await readBytes(path);
  if (text === null || text.trim() === "" || HEADER.test(text)) return text;
  throw new Error(`${path} was not written by Lighthouse, and is left as it is: move it away, or name another file`);
}

function fileOf(
  path: string | undefined,
  before: string | null,
  text: string,
  isEmpty: boolean,
): FileChange | undefined {
  if (path === undefined || (before === null && isEmpty)) return undefined;
  return { path, before, after: Buffer.from(text, "utf8").toString("latin1") };
}

function withDatabases(file: FileChange | undefined, databases: readonly BouncedDatabase[]): ClientSurvey["pgbouncer"] {
  return file === undefined ? undefined : { ...file, databases };
}

function utf8(bytes: string | null | undefined): string {
  return Buffer.from(bytes ?? "", "latin1").toString("utf8");
}
