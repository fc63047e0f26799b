import type { CallOptions, Peer } from "@lighthouse-sd/core";
import type { AcceptedInputs } from "./check/accepted-inputs.js";
import { type Admission, admitParts } from "./check/admit-parts.js";
import type { Fault } from "./check/blame.js";
import type { ConfigurationChecker } from "./check/configuration-checker.js";
import type { HAProxyConfig } from "./config/haproxy-config.js";
import { stateFileOf } from "./config-file.js";
import { processesOn } from "./process/find-processes.js";
import { foreignSockets, takenBinds } from "./process/taken-binds.js";
import type { ClusterPart } from "./render/render-cluster.js";
import { type RenderedFile, renderFile } from "./render/render-file.js";
import type { Survey } from "./survey.js";

/** What an admission goes by beside the survey. */
export interface AdmitSurveyOptions extends CallOptions {
  /** What HAProxy took last. */
  readonly accepted: AcceptedInputs | null;
  /** What went wrong with the starts that were tried. */
  readonly failedStarts: readonly (readonly Fault[])[];
  readonly self: Peer;
  readonly checker: ConfigurationChecker;
  /** The file beside which candidates are written to be checked. */
  readonly candidateFor: string;
}

/** Finds what of a survey's parts HAProxy takes. What it has loaded it has accepted: members are checked by ourselves. */
export async function admitSurvey(survey: Survey, options: AdmitSurveyOptions): Promise<Admission> {
  const { config, parts, running, binary } = survey;
  const { accepted, failedStarts, self, checker, candidateFor: configFile } = options;
  const wanted = renderSurvey(survey, config, parts, self);
  if (failedStarts.length === 0 && running?.process.structure === wanted.structure) {
    return { admitted: { config, clusters: parts, rendered: wanted }, problems: [], complete: true };
  }
  const ours = running === null ? [] : await processesOn(config.config_file, binary);
  const own = running === null ? [] : [running.process.pid, ...ours.map(({ pid }) => pid)];
  const foreign = config.process.mode === "none" ? [] : await foreignSockets(own);
  const extraFiles = config.extra_files;
  return await admitParts({
    config,
    clusters: parts,
    accepted,
    mayLeaveOut: running === null,
    failedStarts,
    render: (settings, clusters) => renderSurvey(survey, settings, clusters, self),
    taken: (rendered) => takenBinds(rendered, foreign),
    check: (rendered) => checker.check(rendered.text, { binary, configFile, extraFiles }, options),
  });
}

/** The configuration file for these settings and parts, at the survey's target. */
export function renderSurvey(
  survey: Survey,
  settings: HAProxyConfig,
  clusters: readonly ClusterPart[],
  self: Peer,
): RenderedFile {
  const config = { ...settings, config_file: survey.config.config_file };
  const { knownPeers, extraFiles } = survey;
  return renderFile({ config, clusters, self, knownPeers, extraFiles, stateFile: stateFileOf(config) });
}
