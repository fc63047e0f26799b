/** One word of HAProxy's configuration language, quotes and escaped spaces included. */
const WORD = String.raw`(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\\.|[^\s"'\\])+`;
/** Headers and variables that carry secrets, by their names. */
const NAME = String.raw`["']?[\w-]*(?:authorization|cookie|credential|passw|secret|token|api[_-]?key)[\w-]*["']?`;

/** What stands before a secret, and the secret. */
const FORMS: readonly RegExp[] = [
  new RegExp(String.raw`(\b(?:insecure-)?password\s+)(${WORD})`, "g"),
  /(\bstats\s+auth\s+[^:\s]+:)([^\n]+)/g,
  new RegExp(
    String.raw`(\b(?:(?:set|add|replace)-(?:header|value)|hdr|(?:pre)?setenv)\s+${NAME}\s+)((?:(?!\s(?:if|unless)\s)[^\n])+)`,
    "gi",
  ),
  /(authorization:)((?:(?!\\[rn])[^"'\n])+)/gi,
  /(\btcp-check\s+send(?:-lf)?\s+["']?AUTH\b)([^\n]*)/gi,
  // AUTH or PASS, as bytes.
  /(\btcp-check\s+send-binary(?:-lf)?\s+)([\da-f]*(?:41555448|50415353)[\da-f]*)/gi,
];

const EACH_WORD = new RegExp(WORD, "g");
/** Shorter words stand for too much else. */
const SHORTEST = 4;

/** A configuration without its secrets: passwords of user lists and statistics pages, credentials in headers, in variables
 * and in what checks send. */
export function maskSecrets(text: string): string {
  return FORMS.reduce((rest, form) => rest.replace(form, "$1***"), text);
}

/** What was said about the configuration `text`, without the secrets in that. */
export function hideSecrets(said: string, text: string): string {
  return secretsIn(text).reduce((rest, secret) => rest.replaceAll(secret, "***"), said);
}

/** The longest first: one may be a part of another. As they stand in the file, and as HAProxy reads them. */
function secretsIn(text: string): readonly string[] {
  const written = FORMS.flatMap((form) => [...text.matchAll(form)].map(([, , secret = ""]) => secret));
  const words = written.flatMap((secret) => [
    secret,
    ...(secret.match(EACH_WORD) ?? []).flatMap(asRead),
    plainText(secret),
  ]);
  return [...new Set(words)].filter(({ length }) => length >= SHORTEST).sort((one, other) => other.length - one.length);
}

function asRead(word: string): readonly string[] {
  return [word, plainText(word)];
}

function plainText(word: string): string {
  return word.replace(/\\(.)|["']/g, "$1");
}
