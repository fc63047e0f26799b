const WORD = /^[A-Za-z_$][A-Za-z0-9_.$-]{0,59}$/;
/** OpenTelemetry's word for an error that has none. */
const OTHER = "_OTHER";

/** What kind of error was thrown, in a word: the code of it or of what caused it, else its class. */
export function errorType(error: unknown): string {
  const words = [...causes(error).map((cause) => cause["code"]), causes(error)[0]?.["name"]];
  return words.find((word): word is string => typeof word === "string" && WORD.test(word)) ?? OTHER;
}

/** How deep it is looked for. */
const DEEPEST = 3;

function causes(error: unknown): readonly Readonly<Record<string, unknown>>[] {
  const found: Readonly<Record<string, unknown>>[] = [];
  for (let cause = error; cause instanceof Error && found.length < DEEPEST; cause = cause.cause) {
    found.push(cause as unknown as Readonly<Record<string, unknown>>);
  }
  return found;
}
