import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Copies a directory of an example, with what is only known now in the place of `%NAME%`; `"%NAME%"` with its quotes is
 * replaced by the value as YAML has it. */
export function fillTemplate(from, to, values) {
  cpSync(from, to, { recursive: true });
  for (const entry of readdirSync(to, { recursive: true })) {
    const path = join(to, entry);
    if (statSync(path).isDirectory()) continue;
    const text = readFileSync(path, "utf8");
    const filled = text.replace(/"%([A-Z]+)%"|%([A-Z]+)%/g, (_all, whole, part) =>
      whole === undefined ? String(values[part]) : JSON.stringify(values[whole]),
    );
    writeFileSync(path, filled);
  }
}
