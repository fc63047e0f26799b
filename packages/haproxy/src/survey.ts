import { setTimeout as delay } from "node:timers/promises";
import { type CallOptions, type Cluster, type Context, durationMs, type Peer } from "@lighthouse-sd/core";
import { lockTarget, type TargetLock } from "@lighthouse-sd/plugin-kit";
import type { AcceptedInputs } from "./check/accepted-inputs.js";
import type { HAProxyBlock, HAProxyConfig } from "./config/haproxy-config.js";
import { digestFiles, makeFolders, readOwnFile, realConfigFile } from "./config-file.js";
import { desiredParts } from "./desired-parts.js";
import { findHAProxy } from "./process/find-haproxy.js";
import { findRunning, type Running, type RunningSearch, rivalsOf } from "./process/find-running.js";
import { readMembers, readPeers } from "./render/read-members.js";
import type { ClusterPart } from "./render/render-cluster.js";
import { ANSWER_LIMIT_MS } from "./runtime/admin-socket.js";
import { mayHaveBackups } from "./runtime/backend-work.js";

/** Looks, and milliseconds between two, until a process that serves beside another one counts as there to stay. */
const RIVAL_LOOKS = 40;
const RIVAL_LOOK_MS = 50;

/** What a sync has found before it decides. */
export interface Survey {
  readonly config: HAProxyConfig;
  readonly binary: string;
  readonly fileText: string | null;
  readonly running: Running | null;
  /** Processes that serve beside the one that answers. */
  readonly rivals: readonly number[];
  readonly parts: readonly ClusterPart[];
  /** Peers of members that are not known yet. */
  readonly knownPeers: readonly Peer[];
  /** A digest of what the extra files hold. */
  readonly extraFiles: string;
}

/** Looks at a target: its file, its process. */
export class Surveyor {
  readonly #config: HAProxyConfig;
  readonly #context: Context;
  readonly #answerLimitMs: number;
  #lock: TargetLock | undefined;
  #lastCensus = Number.NEGATIVE_INFINITY;

  constructor(config: HAProxyConfig, context: Context, answerLimitMs: number = ANSWER_LIMIT_MS) {
    this.#config = config;
    this.#context = context;
    this.#answerLimitMs = answerLimitMs;
  }

  /** Makes the target this instance's alone, and makes sure that it can be worked with. */
  async claim(): Promise<{ readonly config: HAProxyConfig; readonly binary: string }> {
    const { name, directory } = this.#context;
    await makeFolders(this.#config);
    const config = { ...this.#config, config_file: await realConfigFile(this.#config.config_file) };
    this.#lock ??= await lockTarget(config.config_file, { name, directory });
    return { config, binary: await findHAProxy(config.binary, directory) };
  }

  async release(): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }

  /** Looks at all of it. `accepted`: what HAProxy took last. */
  async look(
    { config, binary }: { readonly config: HAProxyConfig; readonly binary: string },
    clusters: readonly Cluster<HAProxyBlock>[],
    accepted: AcceptedInputs | null,
    options: CallOptions,
  ): Promise<Survey> {
    const fileText = await readOwnFile(config.config_file, config.adopt);
    const withBackups =
      /\sbackup\s/.test(fileText ?? "") ||
      clusters.some(({ config: block, nodes }) => mayHaveBackups({ block, nodes }));
    const look = { mayHaveBackups: withBackups, answerLimitMs: this.#answerLimitMs };
    const search = { config, binary, lastSocket: accepted?.config.socket_file, ...look };
    const { running, rivals } = await this.#findSettled(search, options);
    const known = { inFile: readMembers(fileText ?? ""), running: running?.process.servers ?? new Map() };
    const isWaiting = clusters.some((cluster) => cluster.nodes === null && cluster.config.peers);
    return {
      config,
      binary,
      fileText,
      running,
      rivals,
      parts: desiredParts(clusters, known),
      knownPeers: isWaiting ? readPeers(fileText ?? "") : [],
      extraFiles: await digestFiles(config.extra_files),
    };
  }

  /** What runs, and what serves beside it. Whoever was told to finish a moment ago, by somebody else's reload, goes on
   * listening, and may even answer, until it hears of it: that is waited for. */
  async #findSettled(
    search: RunningSearch,
    options: CallOptions,
  ): Promise<{ readonly running: Running | null; readonly rivals: readonly number[] }> {
    const { config, binary } = search;
    for (let looks = 1; ; looks++) {
      const running = config.process.mode === "none" ? null : await findRunning(search, options);
      const rivals = await this.#findRivals(config, binary, running);
      if (rivals.length === 0 || looks === RIVAL_LOOKS) return { running, rivals };
      await delay(RIVAL_LOOK_MS, undefined, options);
    }
  }

  /** Looked for at the first sync and then once in a resync: a look goes through all processes of the host. */
  async #findRivals(config: HAProxyConfig, binary: string, running: Running | null): Promise<readonly number[]> {
    if (running === null || config.process.mode !== "daemon") return [];
    if (performance.now() - this.#lastCensus < durationMs(config.resync)) return [];
    const rivals = await rivalsOf(config, binary, running);
    if (rivals.length === 0) this.#lastCensus = performance.now();
    return rivals;
  }
}
