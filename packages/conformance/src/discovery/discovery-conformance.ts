import { declarePromises } from "../plugin/promise.js";
import type { TestRunner } from "../plugin/test-runner.js";
import { validationPromises } from "../plugin/validation-promises.js";
import { answerPromises } from "./answer-promises.js";
import { clusterPromises } from "./cluster-promises.js";
import { cutPromises } from "./cut-promises.js";
import { DiscoveryBench } from "./discovery-bench.js";
import { discoveryLifePromises } from "./discovery-life-promises.js";
import { type DiscoveryPromise, reports } from "./discovery-promise.js";
import { discoveryStaticPromises } from "./discovery-static-promises.js";
import type { DiscoverySubject } from "./discovery-subject.js";
import { recordPromises } from "./record-promises.js";
import { reportCutPromises } from "./report-cut-promises.js";
import { reportPromises } from "./report-promises.js";
import { takeoverPromises } from "./takeover-promises.js";
import { watchAbortPromises } from "./watch-abort-promises.js";

/** Every promise of contract 1, in groups. */
function promisesFor(subject: DiscoverySubject): Readonly<Record<string, readonly DiscoveryPromise[]>> {
  const reporting = reports(subject);
  return {
    "a discovery's static side": discoveryStaticPromises,
    "a discovery's configuration": validationPromises,
    "a discovery's answers": answerPromises,
    "a discovery's records": recordPromises,
    "a discovery's clusters": clusterPromises,
    "a discovery whose source is lost": cutPromises(subject),
    "a discovery that is aborted": watchAbortPromises,
    "a discovery's reports": reporting ? reportPromises : [],
    "a discovery's reports that follow one another": reporting ? takeoverPromises : [],
    "a discovery's reports to a registry that is lost": reporting ? reportCutPromises(subject) : [],
    "a discovery's life": discoveryLifePromises,
  };
}

/** Declares a test for every promise that the contract makes for discoveries, those about reports where it reports. Each
 * gets a source of its own, and leaves nothing behind. */
export function discoveryConformance(runner: TestRunner, subject: DiscoverySubject): void {
  const open = async (): Promise<DiscoveryBench> => new DiscoveryBench(subject, await subject.create());
  declarePromises(runner, promisesFor(subject), subject, open);
}
