import { realpath } from "node:fs/promises";
import { findProgram } from "@lighthouse-sd/plugin-kit";

/** The real path of the HAProxy that `binary` names, which is what /proc shows of its processes; a relative path is
 * relative to `directory`. Throws where there is none. */
export async function findHAProxy(binary: string, directory: string): Promise<string> {
  return realpath(await findProgram(binary, { key: "binary", directory }));
}
