import type { Node } from "@lighthouse-sd/core";
import type { Member } from "../src/render/members.js";
import type { RunningServer } from "../src/runtime/parse-show.js";
import type { ServerParameters } from "../src/runtime/server-parameters.js";
import { type BackendRules, planServer, type ServerCase, type ServerPlan } from "../src/runtime/server-plan.js";
import { node } from "./parts.js";

export const PLAIN: ServerParameters = { words: [], checks: false, cookie: false, maintenanceEndsSessions: false };
export const CHECKED: ServerParameters = { ...PLAIN, words: ["check"], checks: true };
export const ENDING: ServerParameters = { ...PLAIN, maintenanceEndsSessions: true };

export function rules(more: Partial<BackendRules> = {}): BackendRules {
  const template = { cookie: false, options: "", weight: null, backup: false };
  return { backend: "web", template, parameters: PLAIN, balance: "roundrobin", drainMs: 1000, enforce: false, ...more };
}

export const NODE: Node = node("10.0.0.1", 80, {}, { name: "a" });
export const MEMBER: Member = { node: NODE, name: "a", id: 7 };
export const SERVER: RunningServer = {
  name: "a",
  id: 7,
  ip: "10.0.0.1",
  port: 80,
  initialWeight: 1,
  weight: 1,
  backup: false,
  maintenance: false,
  drain: false,
  checked: true,
};

export function plan(found: Partial<ServerCase>, given: BackendRules = rules()): ServerPlan {
  const nothing = { member: undefined, server: undefined, memory: {}, settled: undefined, fileWeight: undefined };
  return planServer(given, { ...nothing, now: 5000, ...found });
}

export function texts({ commands }: ServerPlan): readonly string[] {
  return commands.map(({ text }) => text);
}
