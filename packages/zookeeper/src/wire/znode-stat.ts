import type { JuteReader } from "./jute-reader.js";

/** What the server knows of a znode beside its data. */
export interface ZnodeStat {
  /** Of the data: one more at each change. */
  readonly version: number;
  /** The session whose end removes the znode; 0: none, it is persistent. */
  readonly ephemeralOwner: bigint;
}

export function readStat(reader: JuteReader): ZnodeStat {
  reader.long(); // czxid
  reader.long(); // mzxid
  reader.long(); // ctime
  reader.long(); // mtime
  const version = reader.int();
  reader.int(); // cversion
  reader.int(); // aversion
  const ephemeralOwner = reader.long();
  reader.int(); // dataLength
  reader.int(); // numChildren
  reader.long(); // pzxid
  return { version, ephemeralOwner };
}
