/** From and up to which minor version of RabbitMQ 3 membership is kept in Mnesia and changed as here. */
const OLDEST_MINOR = 10;
const NEWEST_MINOR = 12;

/** Why nothing but the fragment is done with a broker of this version; undefined: its membership can be changed. */
export function untriedVersion(version: string | null): string | undefined {
  const [major, minor] = (version ?? "").split(".").map(Number);
  if (major === 3 && minor !== undefined && minor >= OLDEST_MINOR && minor <= NEWEST_MINOR) return undefined;
  const found = version === null ? "does not say its version" : `is RabbitMQ ${shown(version)}`;
  return `the broker ${found}; joining and forgetting are for 3.${OLDEST_MINOR} to 3.${NEWEST_MINOR} (Mnesia), and have not been tried with Khepri, which 3.13 brought and 4 uses`;
}

/** `3.10` of `3.10.8`. */
export function majorMinor(version: string | null): string {
  return (version ?? "").split(".").slice(0, 2).join(".");
}

function shown(version: string): string {
  return /^[\w.+-]{1,40}$/.test(version) ? version : "of an unreadable version";
}
