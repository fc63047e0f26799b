import { type FileStep, stepAtFault } from "./file-steps.js";

/** What touches the world for `admitSteps`. */
export interface Admission {
  /** Gives a file this text; undefined: takes it away. */
  put(file: string, text: string | undefined): Promise<void>;
  /** What nginx has against all its files as they are; undefined: nothing. */
  judge(): Promise<string | undefined>;
  /** What nginx may call the directory of the files. */
  readonly directories: readonly string[];
}

/** A step that was taken back, and what nginx has against it. */
export interface RefusedStep {
  readonly step: FileStep;
  readonly refusal: string;
}

/** Puts files in place and has nginx judge them. Those at fault are taken back, each to its last good text, and the others
 * stay. Where nginx refuses whatever stands there, or something fails, all are taken back, and it rejects. */
export async function admitSteps(steps: readonly FileStep[], admission: Admission): Promise<readonly RefusedStep[]> {
  try {
    const refusal = await tryAll(steps, admission);
    if (refusal === undefined) return [];
    if (stepAtFault(refusal, steps, admission.directories) === undefined) await requireGood(refusal, steps, admission);
    return await sortOut(refusal, steps, admission);
  } catch (error) {
    // Whoever cannot put them back now finds in the record what was good.
    await takeBack(steps, admission).catch(() => undefined);
    throw error;
  }
}

async function tryAll(steps: readonly FileStep[], admission: Admission): Promise<string | undefined> {
  for (const { file, wanted } of steps) await admission.put(file, wanted);
  return admission.judge();
}

async function takeBack(steps: readonly FileStep[], admission: Admission): Promise<void> {
  for (const { file, good } of steps) await admission.put(file, good);
}

/** Some refusals name neither a file nor an upstream: nobody but the operator is at fault where all are taken back. */
async function requireGood(refusal: string, steps: readonly FileStep[], admission: Admission): Promise<void> {
  await takeBack(steps, admission);
  if ((await admission.judge()) === undefined) return;
  const advice = "it did before any upstream changed: correct its configuration; the upstreams stay as they were";
  throw new Error(`nginx refuses its configuration: ${refusal}; ${advice}`);
}

/** Takes back who is at fault among steps that nginx refuses together: the one that it names, else by halves. */
async function sortOut(
  refusal: string,
  steps: readonly FileStep[],
  admission: Admission,
): Promise<readonly RefusedStep[]> {
  const named = steps.length === 1 ? steps[0] : stepAtFault(refusal, steps, admission.directories);
  if (named !== undefined) {
    await admission.put(named.file, named.good);
    const others = steps.filter((step) => step !== named);
    return [{ step: named, refusal }, ...(await admitGroup(others, admission))];
  }
  await takeBack(steps, admission);
  const middle = Math.ceil(steps.length / 2);
  const first = await admitGroup(steps.slice(0, middle), admission);
  return [...first, ...(await admitGroup(steps.slice(middle), admission))];
}

async function admitGroup(steps: readonly FileStep[], admission: Admission): Promise<readonly RefusedStep[]> {
  if (steps.length === 0) return [];
  const refusal = await tryAll(steps, admission);
  return refusal === undefined ? [] : sortOut(refusal, steps, admission);
}
