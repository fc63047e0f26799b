/** The kinds of plugins that there is a template for. */
export const KINDS = ["balancer", "discovery", "check"] as const;

/** One of them. */
export type Kind = (typeof KINDS)[number];

/** True for the name of a kind. */
export function isKind(word: string | undefined): word is Kind {
  return KINDS.some((kind) => kind === word);
}
