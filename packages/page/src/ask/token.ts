const KEY = "lighthouse-token";

/** The token that this tab shows. It lives as long as the tab, and is sent in a header alone. */
export function keptToken(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? inMemory;
  } catch {
    // A browser may refuse its storage.
    return inMemory;
  }
}

/** Keeps a token; undefined: forgets it. */
export function keepToken(token: string | undefined): void {
  inMemory = token;
  try {
    if (token === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // It is in memory.
  }
}

let inMemory: string | undefined;
