/** One message of an event stream. */
export interface StreamMessage {
  /** `message` unless the stream says otherwise. */
  readonly event: string;
  readonly data: string;
  /** Where to go on after a break; undefined: as before. */
  readonly id: string | undefined;
}

/** The messages of an event stream as its text comes in. Ends with it; what breaks off in the middle is no message. */
export async function* streamMessages(text: AsyncIterable<string>): AsyncGenerator<StreamMessage> {
  let rest = "";
  for await (const part of text) {
    rest += part;
    let end = rest.indexOf("\n\n");
    for (; end >= 0; end = rest.indexOf("\n\n")) {
      const message = readMessage(rest.slice(0, end));
      rest = rest.slice(end + 2);
      if (message !== undefined) yield message;
    }
  }
}

/** Undefined: a comment. */
function readMessage(block: string): StreamMessage | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const [, key, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, value);
  }
  const data = fields.get("data");
  return data === undefined ? undefined : { event: fields.get("event") ?? "message", data, id: fields.get("id") };
}
