import type { RenderedFile } from "../render/render-file.js";
import type { Origin, Section } from "../render/section.js";
import type { CheckMessage } from "./parse-messages.js";

/** An error of HAProxy and the YAML it comes from. */
export interface Fault {
  readonly origin: Origin;
  readonly message: CheckMessage;
}

/** What stands before a section's name where it is not quoted. */
const ROLES = /\b(?:frontend|backend|listen|listener|proxy|server)\s+'?([A-Za-z0-9._:-]+)/gi;

/** Finds what each error comes from: by its line, else by the section it names and the words it quotes. Errors that
 * show neither are left out. `file` is the path HAProxy was given; what it says of other files is the balancer's own. */
export function blame(messages: readonly CheckMessage[], rendered: RenderedFile, file: string): readonly Fault[] {
  return messages.flatMap((message) => {
    const origin =
      message.file === undefined || message.file === file
        ? (byLine(message, rendered) ?? bySection(message, rendered))
        : { cluster: null, path: ["extra_files"] };
    return origin === undefined ? [] : [{ origin, message }];
  });
}

function byLine({ line }: CheckMessage, rendered: RenderedFile): Origin | undefined {
  return line === undefined ? undefined : rendered.origins.get(line);
}

function bySection(message: CheckMessage, rendered: RenderedFile): Origin | undefined {
  const quoted = [...message.text.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? "");
  const named = [...message.text.matchAll(ROLES)]
    .map((match) => match[1] ?? "")
    .concat(quoted)
    .flatMap((text) => [text, text.replace(/:$/, ""), text.split("/")[0] ?? ""]);
  const section = named.map((name) => rendered.sections.get(name)).find((found) => found !== undefined);
  if (section === undefined) return undefined;
  return lineQuoting(section, quoted)?.origin ?? section.origin;
}

/** The line of a section that has another of the quoted words as an argument: the `use_backend` of a backend that is
 * missing. */
function lineQuoting(section: Section, quoted: readonly string[]): Section["lines"][number] | undefined {
  const others = quoted.filter((text) => text !== section.header.split(" ")[1]);
  return section.lines.find((line) => others.some((text) => line.text.split(/\s+/).includes(text, 1)));
}
