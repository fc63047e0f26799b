/** Why a text is no list of nodes, and where. */
export class TextProblem extends Error {
  /** In characters from the text's beginning; undefined where it cannot be told. */
  readonly offset: number | undefined;

  constructor(message: string, offset?: number) {
    super(message);
    this.offset = offset;
  }
}

/** `web.yaml:3:7: …`, with line and column counted from 1. */
export function describeTextProblem(file: string, text: string, problem: TextProblem): string {
  if (problem.offset === undefined) return `${file}: ${problem.message}`;
  const before = text.slice(0, problem.offset).split("\n");
  return `${file}:${before.length}:${(before.at(-1) ?? "").length + 1}: ${problem.message}`;
}
