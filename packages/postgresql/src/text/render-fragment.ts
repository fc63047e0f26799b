import type { Login } from "../config/postgresql-config.js";
import { quoteConninfo, quoteIdentifier, quoteSetting } from "./quote.js";

/** How the fragment begins; by it one of ours is known. */
export const FRAGMENT_HEADER = "# Kept by Lighthouse: changes to this file are overwritten.";

/** What the fragment sets: none of them is left out of it. */
export interface FragmentSettings {
  readonly primary_conninfo?: string;
  readonly primary_slot_name?: string;
  readonly synchronous_standby_names?: string;
}

/** The names, in the order of the file. */
export const SETTING_NAMES = ["primary_conninfo", "primary_slot_name", "synchronous_standby_names"] as const;

/** The fragment of postgresql.conf. */
export function renderFragment(settings: FragmentSettings): string {
  const lines = SETTING_NAMES.flatMap((name) => {
    const value = settings[name];
    return value === undefined ? [] : [`${name} = ${quoteSetting(value)}`];
  });
  return `${[FRAGMENT_HEADER, ...lines].join("\n")}\n`;
}

/** How a standby reaches its primary; never with a password. Where the certificate's name counts, that is the member's
 * host, and the address is still the one that is connected to. */
export function renderConninfo(
  upstream: { readonly host: string; readonly ip: string; readonly port: number },
  login: Login,
  applicationName: string,
): string {
  const values: (readonly [string, string | undefined])[] = [
    ...(login.sslmode === "verify-full"
      ? ([
          ["host", upstream.host],
          ["hostaddr", upstream.ip],
        ] as const)
      : ([["host", upstream.ip]] as const)),
    ["port", String(upstream.port)],
    ["user", login.user],
    ["passfile", login.passfile],
    ["sslmode", login.sslmode],
    ["sslrootcert", login.sslrootcert],
    ["sslcert", login.sslcert],
    ["sslkey", login.sslkey],
    ["application_name", applicationName],
  ];
  return values.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${quoteConninfo(value)}`])).join(" ");
}

/** `ANY 1 ("lh_a", "lh_b")`; empty for none. */
export function renderSynchronous(mode: "any" | "first", count: number, names: readonly string[]): string {
  if (names.length === 0) return "";
  return `${mode.toUpperCase()} ${Math.min(count, names.length)} (${[...names].sort().map(quoteIdentifier).join(", ")})`;
}

/** The names in a value that renderSynchronous gave; undefined for any other. */
export function parseSynchronous(value: string): readonly string[] | undefined {
  if (value === "") return [];
  const list = /^(?:ANY|FIRST) \d+ \((.*)\)$/.exec(value)?.[1];
  const names = list?.split(", ").map((name) => /^"([a-z0-9_]+)"$/.exec(name)?.[1]);
  return names?.every((name) => name !== undefined) === true ? (names as readonly string[]) : undefined;
}
