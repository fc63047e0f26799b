/** One message of an event stream. */
export interface Frame {
  readonly event: string;
  readonly data: string;
  /** Undefined: it has none. */
  readonly id: string | undefined;
}

/** Puts together the messages of an event stream (text/event-stream) from the pieces that it comes in. Comments are
 * dropped. */
export class FrameReader {
  #rest = "";

  /** The messages that `piece` completes. */
  read(piece: string): readonly Frame[] {
    const parts = (this.#rest + piece).split(/\r?\n\r?\n/);
    this.#rest = parts.pop() ?? "";
    return parts.flatMap((part) => {
      const frame = frameOf(part);
      return frame === undefined ? [] : [frame];
    });
  }
}

function frameOf(text: string): Frame | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^([^:]+):? ?(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const before = fields.get(name);
    fields.set(name, name === "data" && before !== undefined ? `${before}\n${value}` : value);
  }
  const data = fields.get("data");
  return data === undefined ? undefined : { event: fields.get("event") ?? "message", data, id: fields.get("id") };
}
