/** All keys that begin with one prefix. */
export interface KeyRange {
  /** The prefix as people read it. */
  readonly shown: string;
  readonly key: Uint8Array;
  /** The first key behind them. */
  readonly end: Uint8Array;
}

/** All keys below a cluster's prefix. Its last slash is part of it: `web` is not `web2`. */
export function keysBelow(prefix: string): KeyRange {
  const shown = `${prefix.replace(/\/+$/, "")}/`;
  const key = Buffer.from(shown);
  // The prefix ends with a slash, and the byte behind it exists.
  const end = Buffer.from(key);
  end.writeUInt8(end.readUInt8(end.length - 1) + 1, end.length - 1);
  return { shown, key, end };
}

/** A key as people read it, never the same for two keys: what is not readable text is escaped byte by byte. */
export function showKey(key: Uint8Array): string {
  const text = Buffer.from(key).toString("utf8");
  if (/^[^\p{C}\\\uFFFD\p{Z}]+$/u.test(text)) return text;
  return Array.from(key, (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
}
