import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fillTemplate } from "../../tools/fill-template.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Writes the configuration directory of one host: the files of `host`, with what is only known now put in, and HAProxy
 * where it is wanted. Returns its path. */
export function writeHost(directory, { name, values, withHaproxy }) {
  fillTemplate(join(here, "host"), directory, values);
  writeFileSync(join(directory, "guest.password"), "guest\n", { mode: 0o600 });
  if (withHaproxy) {
    mkdirSync(join(directory, "haproxy"));
    cpSync(join(here, "haproxy.yaml"), join(directory, "balancers/haproxy.yaml"));
  }
  return { name, directory };
}
