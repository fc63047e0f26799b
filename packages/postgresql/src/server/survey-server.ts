import type { Cluster, Context } from "@lighthouse-sd/core";
import type { PostgreSQLBlock, ServerSettings } from "../config/postgresql-config.js";
import { type KnownMembers, type Member, type Membership, rememberedMembers, updateMembers } from "../members.js";
import type { Session } from "../session.js";
import { parseHbaBlock, renderHbaBlock } from "../text/hba-block.js";
import { findBlocks, replaceBlocks } from "../text/hba-file.js";
import { parseFragment } from "../text/parse-fragment.js";
import { FRAGMENT_HEADER, renderFragment } from "../text/render-fragment.js";
import { slotName } from "../text/slot-name.js";
import { type FileChange, readBytes } from "../write-checked.js";
import { checkSettings, type FileVerdict } from "./config-check.js";
import { foreignManager } from "./foreign-manager.js";
import { observeLocal } from "./observe-local.js";
import type { PeerProbes } from "./peer-probes.js";
import { type PlanMemory, planServer, type ServerPlan } from "./plan-server.js";
import { findSelf } from "./self.js";
import type { LocalServer, Notice } from "./server-state.js";

/** What is remembered from one pass to the next. */
export interface ServerMemory {
  readonly members: ReadonlyMap<string, Membership>;
  readonly plan: PlanMemory;
  /** The members of one's own cluster that were asked last. */
  readonly peers: readonly Member[];
}

export const NO_MEMORY: ServerMemory = {
  members: new Map(),
  plan: { unusedSince: new Map(), goneSince: new Map() },
  peers: [],
};

/** A file of settings as it is and as it is to be. */
export interface FragmentChange extends FileChange {
  /** How the server reads its files as they are. */
  readonly verdict: FileVerdict;
}

/** What one look at everything has found, and what is to be done about it. */
export interface ServerSurvey {
  readonly local: LocalServer;
  /** Undefined: the server's own cluster is not configured, or nothing is known of it yet. */
  readonly plan: ServerPlan | undefined;
  /** Files as they are and as they are to be; both may be equal. */
  readonly hba: FileChange | undefined;
  readonly fragment: FragmentChange | undefined;
  readonly notices: readonly (Notice & { readonly cluster: string | null })[];
  readonly memory: ServerMemory;
}

/** What a look needs. */
export interface SurveyOptions {
  readonly session: Session;
  readonly probes: PeerProbes;
  readonly settings: ServerSettings;
  readonly context: Context;
  readonly clusters: readonly Cluster<PostgreSQLBlock>[];
  readonly memory: ServerMemory;
  /** Milliseconds. */
  readonly now: number;
}

/** Looks at the server, its files and the other members, and plans. Touches nothing. */
export async function surveyServer(options: SurveyOptions): Promise<ServerSurvey> {
  const { session, settings } = options;
  const local = await observeLocal(session);
  const hbaPath = settings.hba_file === "auto" ? local.settings.hba_file : settings.hba_file;
  const [hbaText, mainText, fragmentText] = await Promise.all([
    hbaPath === "off" ? null : readBytes(hbaPath),
    readBytes(local.settings.config_file).catch(() => null),
    readBytes(settings.config_file),
  ]);
  const manager = foreignManager(local.settings, hbaText, mainText);
  if (manager !== undefined) throw new Error(manager);
  assertOwnFragment(settings.config_file, fragmentText);
  const members = knownMembers(options, hbaText);
  const own = await planOwn(options, local, members.get(settings.cluster), fragmentText);
  const plan = own?.plan;
  const notices = [
    ...massNotices(members),
    ...(plan?.notices ?? []).map((notice) => ({ ...notice, cluster: settings.cluster })),
  ];
  const hba = planHba(options, hbaPath, hbaText, members, plan);
  return {
    local,
    plan,
    hba: "after" in hba ? hba : undefined,
    fragment: own === undefined ? undefined : planFragment(settings.config_file, fragmentText, own),
    notices: "after" in hba ? notices : [...notices, ...hba.notices],
    memory: {
      members: new Map([...members].map(([name, { state }]) => [name, state])),
      plan: plan?.memory ?? options.memory.plan,
      peers: own?.peers ?? [],
    },
  };
}

/** By cluster; without those of which nothing is known. */
function knownMembers(
  { clusters, memory, now }: SurveyOptions,
  hbaText: string | null,
): ReadonlyMap<string, KnownMembers> {
  const written = readableBlocks(hbaText);
  const known = new Map<string, KnownMembers>();
  for (const cluster of clusters) {
    const remembered = memory.members.get(cluster.name) ?? rememberedMembers(written.get(cluster.name) ?? []);
    if (cluster.nodes === null && remembered.members.size === 0) continue;
    known.set(cluster.name, updateMembers(remembered, cluster, cluster.config, now));
  }
  return known;
}

function readableBlocks(text: string | null): ReadonlyMap<string, readonly Member[]> {
  try {
    return new Map(findBlocks(text ?? "").map(({ cluster, lines }) => [cluster, parseHbaBlock(lines)]));
  } catch {
    return new Map();
  }
}

/** For the server's own cluster. */
interface OwnPlan {
  readonly plan: ServerPlan;
  /** Those that were asked. */
  readonly peers: readonly Member[];
  readonly verdict: FileVerdict;
}

/** Undefined: the server's own cluster is not configured, or nothing is known of it yet. */
async function planOwn(
  { session, probes, clusters, settings, context, memory, now }: SurveyOptions,
  local: LocalServer,
  members: KnownMembers | undefined,
  fragmentText: string | null,
): Promise<OwnPlan | undefined> {
  const own = clusters.find(({ name }) => name === settings.cluster);
  if (own === undefined || members === undefined) return undefined;
  const block = own.config;
  const pinned = block.system_identifier;
  if (pinned !== undefined && pinned !== local.systemId) {
    throw new Error(
      `the local server is database system ${local.systemId}, not ${pinned} as cluster ${own.name} says: nothing of it is touched; correct system_identifier, or server.connection`,
    );
  }
  const self = findSelf(members.known, local.port, context.peer);
  const others = members.known.filter((member) => member !== self);
  const slot = self === undefined || !local.inRecovery ? undefined : slotName(block.slots.prefix, self);
  const [peers, verdict] = await Promise.all([
    probes.ask(others, { timeline: local.timeline, slot }),
    checkSettings(session, settings.config_file),
  ]);
  const fragment = parseFragment(fragmentText ?? "");
  const plan = planServer({ local, server: settings, block, members, self, peers, fragment, memory: memory.plan, now });
  return { plan, peers: peers.map(({ member }) => member), verdict };
}

function assertOwnFragment(path: string, text: string | null): void {
  if (text === null || text.trim() === "" || text.startsWith(FRAGMENT_HEADER)) return;
  throw new Error(
    `${path} was not written by Lighthouse, and is left as it is: move it away, or name another server.config_file`,
  );
}

function planFragment(path: string, before: string | null, { plan, verdict }: OwnPlan): FragmentChange | undefined {
  if (before === null && Object.keys(plan.fragment).length === 0) return undefined;
  const after = Buffer.from(renderFragment(plan.fragment), "utf8").toString("latin1");
  return { path, before, after, verdict };
}

function planHba(
  { clusters, settings }: SurveyOptions,
  path: string,
  before: string | null,
  members: ReadonlyMap<string, KnownMembers>,
  plan: ServerPlan | undefined,
): FileChange | { readonly notices: ServerSurvey["notices"] } {
  if (path === "off") return { notices: [] };
  if (before === null)
    throw new Error(`${path} is not there, although the server names it; is it on this host? Or set server.hba_file`);
  const wanted = new Map<string, readonly string[] | null>();
  for (const { name, config } of clusters) {
    const admitted = name === settings.cluster ? plan?.admitted : members.get(name)?.known;
    if (config.hba !== undefined) {
      wanted.set(name, admitted === undefined ? null : renderHbaBlock(name, config.hba, admitted));
    }
  }
  try {
    return { path, before, after: replaceBlocks(before, wanted) };
  } catch (error) {
    return {
      notices: [{ cluster: null, path: ["server", "hba_file"], message: `${path}: ${(error as Error).message}` }],
    };
  }
}

function massNotices(members: ReadonlyMap<string, KnownMembers>): ServerSurvey["notices"] {
  return [...members].flatMap(([cluster, { massRemoval, state }]) =>
    massRemoval === undefined
      ? []
      : [
          {
            cluster,
            path: ["mass_removal"],
            message: `${massRemoval} of ${state.baseline.size} members are gone at once: all stay let in, and no slot is dropped, until they are back; mass_removal: follow takes it for what it is`,
          },
        ],
  );
}
