import { resolve } from "node:path";
import { parseDuration } from "@lighthouse-sd/core";
import type { LogLevel } from "../config/configuration.js";
import { parseListenAddress } from "../http/listen-address.js";
import { ROLES, type Role } from "../roles.js";
import { UsageError } from "./exit-codes.js";

/** The options of `run` as they were typed. */
export interface TypedRunOptions {
  readonly role: string;
  readonly once?: boolean;
  readonly timeout?: string;
  readonly http?: string;
  readonly httpTokenFile?: string;
  readonly logFormat?: string;
  readonly logLevel?: string;
  readonly stateDir?: string;
  readonly pluginsDir?: string;
}

/** The options of `run`, checked. */
export interface RunSettings {
  readonly role: Role;
  /** Undefined: run until told to stop. */
  readonly once: { readonly timeoutMs: number } | undefined;
  readonly http: string | undefined;
  /** Absolute. */
  readonly httpTokenFile: string | undefined;
  readonly logFormat: "pretty" | "json" | undefined;
  readonly logLevel: LogLevel | undefined;
  readonly stateDir: string | undefined;
  readonly pluginsDir: string | undefined;
}

const FORMATS = ["pretty", "json"] as const;
const LEVELS = ["debug", "info", "warn", "error"] as const;
const DEFAULT_TIMEOUT = "60s";

/** Checks what was typed; throws UsageError at the first thing that is wrong. */
export function runSettings(typed: TypedRunOptions): RunSettings {
  const role = oneOf("--role", ROLES, typed.role) ?? "writer";
  if (typed.once === true && role !== "writer") {
    throw new UsageError(`--once goes with --role writer only: what --role ${role} registers stands while it runs`);
  }
  if (typed.timeout !== undefined && typed.once !== true) throw new UsageError("--timeout goes with --once only");
  const timeoutMs = parseDuration(typed.timeout ?? DEFAULT_TIMEOUT);
  if (timeoutMs === undefined || timeoutMs === null || timeoutMs === 0) {
    throw new UsageError(`--timeout must be a duration such as 90s or 5m, got "${typed.timeout}"`);
  }
  const listen = typed.http === undefined ? undefined : parseListenAddress(typed.http, true);
  if (listen !== undefined && listen !== "off" && "wrong" in listen) throw new UsageError(`--http ${listen.wrong}`);
  return {
    role,
    once: typed.once === true ? { timeoutMs } : undefined,
    http: typed.http,
    httpTokenFile: typed.httpTokenFile === undefined ? undefined : resolve(typed.httpTokenFile),
    logFormat: oneOf("--log-format", FORMATS, typed.logFormat),
    logLevel: oneOf("--log-level", LEVELS, typed.logLevel),
    stateDir: typed.stateDir,
    pluginsDir: typed.pluginsDir,
  };
}

function oneOf<T extends string>(option: string, words: readonly T[], typed: string | undefined): T | undefined {
  if (typed === undefined) return undefined;
  const word = words.find((candidate) => candidate === typed);
  if (word === undefined) throw new UsageError(`${option} must be one of ${words.join(", ")}, got "${typed}"`);
  return word;
}
