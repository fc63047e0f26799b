import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallOptions, Change, Cluster, Context } from "@lighthouse-sd/core";
import { admitSurvey } from "./admit-survey.js";
import { readAcceptedInputs } from "./check/accepted-inputs.js";
import type { Admitted } from "./check/admit-parts.js";
import { ConfigurationChecker } from "./check/configuration-checker.js";
import type { HAProxyBlock, HAProxyConfig } from "./config/haproxy-config.js";
import { realConfigFile } from "./config-file.js";
import { maskedDiff } from "./masked-diff.js";
import { planSync } from "./plan-sync.js";
import { findHAProxy } from "./process/find-haproxy.js";
import { backendWork, fileWeights } from "./runtime/backend-work.js";
import { differences } from "./runtime/member-changes.js";
import { RuntimeEngine, type RuntimePlan } from "./runtime/runtime-engine.js";
import { readOutOfRotation } from "./runtime/runtime-memory.js";
import { type Survey, Surveyor } from "./survey.js";

/** What a sync with `clusters` would do now. Nothing of the target is touched: candidates are checked in a directory of
 * their own, no lock is taken. */
export async function planTarget(
  configured: HAProxyConfig,
  context: Context,
  clusters: readonly Cluster<HAProxyBlock>[],
  options: CallOptions,
): Promise<readonly Change[]> {
  const binary = await findHAProxy(configured.binary, context.directory);
  const configFile = await realConfigFile(configured.config_file).catch(() => configured.config_file);
  const config = { ...configured, config_file: configFile };
  const accepted = await readAcceptedInputs(configFile, context.log);
  const survey = await new Surveyor(config, context).look({ config, binary }, clusters, accepted, options);
  const scratch = await mkdtemp(join(tmpdir(), "lighthouse-plan-"));
  try {
    const checker = new ConfigurationChecker();
    const candidateFor = join(scratch, "haproxy.cfg");
    const how = { accepted, failedStarts: [], self: context.peer, checker, candidateFor, signal: options.signal };
    const { admitted, problems } = await admitSurvey(survey, how);
    if (admitted === null) throw new Error(problems.map(({ message }) => message).join("; "));
    const members = await planMembers(survey, admitted);
    const plan = planSync({
      admitted,
      accepted,
      fileText: survey.fileText,
      running: survey.running?.process ?? null,
      membersReload: members.reload,
      rivals: survey.rivals,
      peersDue: false,
    });
    return [...fileChange(survey, admitted), ...members.changes, ...processChange(plan)];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function fileChange({ config, fileText }: Survey, { rendered }: Admitted): readonly Change[] {
  if (rendered.text === fileText) return [];
  const diff = maskedDiff(config.config_file, fileText ?? "", rendered.text);
  return [{ kind: "file", target: config.config_file, action: fileText === null ? "created" : "changed", diff }];
}

function processChange(plan: ReturnType<typeof planSync>): readonly Change[] {
  if (plan.action === "start") return [{ kind: "runtime", target: "haproxy", action: "started", code: "start" }];
  if (plan.action !== "reload") return [];
  return [{ kind: "reload", target: "haproxy", action: plan.reason, code: plan.code }];
}

/** What would be changed in the process that runs; nothing where a reload brings all of it. */
async function planMembers(
  { config, running, rivals, parts, fileText }: Survey,
  admitted: Admitted,
): Promise<RuntimePlan> {
  if (running === null || running.process.structure !== admitted.rendered.structure || rivals.length > 0) {
    return { changes: [], reload: undefined };
  }
  if (!config.runtime) return { changes: [], reload: differences(running.process.servers, config, parts) };
  const engine = new RuntimeEngine(async () => undefined);
  const weights = fileWeights(parts, config, fileText);
  engine.recall(weights, await readOutOfRotation(config.config_file), performance.now());
  const work = parts.map((part) => backendWork(part, config, running.process.servers.get(part.name) ?? []));
  return engine.planOnly(work, performance.now());
}
