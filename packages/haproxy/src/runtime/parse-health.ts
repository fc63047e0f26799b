import { table } from "./parse-table.js";

/** A server as people look at it. */
export interface ServerHealth {
  readonly name: string;
  /** HAProxy's own word: `UP`, `DOWN 1/2`, `MAINT`, `DRAIN`, `no check`, … */
  readonly status: string;
  /** Since when, in seconds; undefined: HAProxy does not say. */
  readonly seconds: number | undefined;
  readonly weight: number;
  readonly backup: boolean;
  /** Sessions that it has now. */
  readonly sessions: number;
  /** What the last check came to; undefined: there was none. */
  readonly check: string | undefined;
  /** Who took it out of rotation; undefined: nobody has. */
  readonly admin: string | undefined;
}

/** Bits of srv_admin_state, and what each says. */
const ADMIN: readonly (readonly [bit: number, words: string])[] = [
  [0x01, "in maintenance by command"],
  [0x02, "in maintenance as the server it tracks"],
  [0x04, "disabled in the file"],
  [0x08, "drained by command"],
  [0x10, "drained as the server it tracks"],
  [0x20, "in maintenance for its name has no address"],
];

/** The servers of one backend, from `show stat BACKEND 4 -1` and `show servers state BACKEND`. */
export function parseHealth(stat: string, state: string): readonly ServerHealth[] {
  const states = table(state, " ");
  const bits = new Map(
    states.rows.map((row) => [row[states.column("srv_name")], Number(row[states.column("srv_admin_state")])]),
  );
  const { column, rows } = table(stat, ",");
  return rows.map((row) => {
    const text = (name: string): string => row[column(name)] ?? "";
    const name = text("svname");
    return {
      name,
      status: text("status"),
      seconds: text("lastchg") === "" ? undefined : Number(text("lastchg")),
      weight: Number(text("weight")),
      backup: text("bck") === "1",
      sessions: Number(text("scur")),
      check: checkWords(text("check_status"), text("check_code"), unquoted(text("last_chk"))),
      admin: adminWords(bits.get(name) ?? 0),
    };
  });
}

function checkWords(status: string, code: string, text: string): string | undefined {
  const word = status.replace(/^\* /, "");
  if (["", "INI", "UNK"].includes(word)) return undefined;
  const more = [code, text].filter((part) => part !== "").join(" ");
  return more === "" ? word : `${word} (${more})`;
}

function adminWords(bits: number): string | undefined {
  const words = ADMIN.flatMap(([bit, said]) => ((bits & bit) === 0 ? [] : [said]));
  return words.length === 0 ? undefined : words.join(", ");
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, "$1").trim();
}
