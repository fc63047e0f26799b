import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Writes the configuration directory of one host: the files of `host`, with what is only known now put in, and HAProxy
 * where it is wanted. Returns its path. */
export function writeHost(directory, { name, values, withHaproxy }) {
  cpSync(join(here, "host"), directory, { recursive: true });
  for (const file of filesBelow(directory)) {
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text.replace(/"%([A-Z]+)%"|%([A-Z]+)%/g, (_all, whole, part) =>
        whole === undefined ? String(values[part]) : JSON.stringify(values[whole]),
      ),
    );
  }
  writeFileSync(join(directory, "guest.password"), "guest\n", { mode: 0o600 });
  if (withHaproxy) {
    mkdirSync(join(directory, "haproxy"));
    cpSync(join(here, "haproxy.yaml"), join(directory, "balancers/haproxy.yaml"));
  }
  return { name, directory };
}

function filesBelow(directory) {
  return readdirSync(directory)
    .map((entry) => join(directory, entry))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));
}
