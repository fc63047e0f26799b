import type { RenderedFile } from "../render/render-file.js";
import type { Origin, Section } from "../render/section.js";
import type { CheckMessage } from "./parse-messages.js";

/** An error of HAProxy and the YAML it comes from. */
export interface Fault {
  readonly origin: Origin;
  readonly message: CheckMessage;
}

/** Finds what each error comes from: by its line, else by the section it names and the words it quotes. Errors that
 * show neither are left out. `file` is the path HAProxy was given. */
export function blame(messages: readonly CheckMessage[], rendered: RenderedFile, file: string): readonly Fault[] {
  return messages.flatMap((message) => {
    const origin = byLine(message, rendered, file) ?? bySection(message, rendered);
    return origin === undefined ? [] : [{ origin, message }];
  });
}

function byLine(message: CheckMessage, rendered: RenderedFile, file: string): Origin | undefined {
  return message.file === file && message.line !== undefined ? rendered.origins.get(message.line) : undefined;
}

function bySection(message: CheckMessage, rendered: RenderedFile): Origin | undefined {
  const quoted = [...message.text.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? "");
  const words = message.text.match(/[A-Za-z0-9._:-]+/g) ?? [];
  const named = [...quoted.flatMap((text) => [text, text.split("/")[0] ?? ""]), ...words];
  const section = named.map((name) => rendered.sections.get(name)).find((found) => found !== undefined);
  if (section === undefined) return undefined;
  return lineQuoting(section, quoted)?.origin ?? section.origin;
}

/** The line of a section that holds another of the quoted words: the `use_backend` of a backend that is missing. */
function lineQuoting(section: Section, quoted: readonly string[]): Section["lines"][number] | undefined {
  const others = quoted.filter((text) => text !== section.header.split(" ")[1]);
  return section.lines.find((line) => others.some((text) => line.text.split(/\s+/).includes(text)));
}
