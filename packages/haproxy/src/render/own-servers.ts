import { argumentsOf } from "./directives.js";

/** The servers that a backend's own directives list: they are the operator's, and no members. */
export interface OwnServers {
  readonly names: ReadonlySet<string>;
  readonly ids: ReadonlySet<number>;
}

/** Finds them in the directives of a backend. */
export function ownServers(backend: readonly string[]): OwnServers {
  const lines = argumentsOf(backend, "server");
  const names = lines.flatMap(([name]) => (name === undefined ? [] : [name]));
  const templates = argumentsOf(backend, "server-template").flatMap(templateNames);
  const ids = lines.flatMap((words) => {
    const at = words.indexOf("id", 2);
    return at < 0 ? [] : [Number(words[at + 1])];
  });
  return { names: new Set([...names, ...templates]), ids: new Set(ids) };
}

/** `server-template web 3 …` makes web1 to web3, `server-template web 4-6 …` web4 to web6. */
function templateNames([prefix = "", range = ""]: readonly string[]): readonly string[] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range);
  if (match === null) return [];
  const [first, last] = match[2] === undefined ? [1, Number(match[1])] : [Number(match[1]), Number(match[2])];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => `${prefix}${first + index}`);
}
