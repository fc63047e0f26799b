import { type Admission, type AdmissionOptions, admitParts } from "../src/check/admit-parts.js";
import type { Verdict } from "../src/check/configuration-checker.js";
import type { RenderedFile } from "../src/render/render-file.js";
import { config, render } from "./parts.js";

/** What an admission came to, and in how many checks. */
export interface Outcome extends Admission {
  readonly checks: number;
}

/** Admits parts where HAProxy says what `checkOf` does, in a configuration that has nothing else. */
export async function admit(
  checkOf: (rendered: RenderedFile) => Verdict,
  options: Partial<AdmissionOptions> & Pick<AdmissionOptions, "clusters" | "accepted">,
): Promise<Outcome> {
  let checks = 0;
  const admission = await admitParts({
    config: config(),
    mayLeaveOut: false,
    failedStarts: [],
    render,
    taken: async () => [],
    check: async (rendered) => {
      checks++;
      return checkOf(rendered);
    },
    ...options,
  });
  return { ...admission, checks };
}
