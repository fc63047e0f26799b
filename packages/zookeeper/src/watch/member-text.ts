import { RECORD_LIMIT } from "@lighthouse-sd/core";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A znode's data as text; undefined where they are none. Of what is too long for a record no more is kept than shows
 * it. */
export function memberText(data: Buffer): string | undefined {
  try {
    return utf8.decode(data).slice(0, RECORD_LIMIT + 1);
  } catch {
    return undefined;
  }
}
