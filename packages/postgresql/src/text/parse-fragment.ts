import { type FragmentSettings, SETTING_NAMES } from "./render-fragment.js";

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

/** What a fragment that renderFragment wrote sets; bytes in, text out. */
export function parseFragment(bytes: string): FragmentSettings {
  const text = Buffer.from(bytes, "latin1").toString("utf8");
  const settings: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [, name = "", value = ""] = /^([a-z_]+) = '(.*)'$/s.exec(line) ?? [];
    if ((SETTING_NAMES as readonly string[]).includes(name)) {
      settings[name] = value.replace(/''|\\(.)/gs, (_all, escaped?: string) =>
        escaped === undefined ? "'" : (ESCAPED[escaped] ?? escaped),
      );
    }
  }
  return settings;
}
