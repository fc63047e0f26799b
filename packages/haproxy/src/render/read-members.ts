import { canonicalIp, type JsonObject, type Node, type Peer } from "@lighthouse-sd/core";
import { PEERS_SECTION } from "./render-balancer.js";
import { HEADER } from "./render-file.js";

const ADDRESS = /^\[?(.+?)\]?:(\d+)$/;

/** The members that a configuration file lists for each backend: ours, where every member has an id and the operator's
 * own servers are told by `ownServers`, or one that Lighthouse 1.0.0 wrote. */
export function readMembers(text: string): ReadonlyMap<string, readonly Node[]> {
  const withId = text.startsWith(HEADER);
  const members = new Map<string, Node[]>();
  for (const { keyword, name, lines } of readSections(text)) {
    if (keyword !== "backend") continue;
    members.set(
      name,
      lines.flatMap((line) => memberOf(line, withId)),
    );
  }
  return members;
}

/** The peers that a configuration file of ours lists. */
export function readPeers(text: string): readonly Peer[] {
  return readSections(text)
    .filter(({ keyword, name }) => keyword === "peers" && name === PEERS_SECTION)
    .flatMap(({ lines }) => lines.flatMap(peerOf));
}

function readSections(text: string): { keyword: string; name: string; lines: string[] }[] {
  const sections: { keyword: string; name: string; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    if (/^\s/.test(line)) sections.at(-1)?.lines.push(line.trim());
    else {
      const [keyword = "", name = ""] = line.split(/\s+/);
      sections.push({ keyword, name, lines: [] });
    }
  }
  return sections;
}

function memberOf(line: string, withId: boolean): Node[] {
  const [keyword, name = "", address = "", ...parameters] = line.split(/\s+/);
  if (withId && parameters[0] !== "id") return [];
  const place = ADDRESS.exec(address);
  const ip = canonicalIp(place?.[1] ?? "");
  if (keyword !== "server" || place === null || ip === undefined) return [];
  const port = Number(place[2]);
  const host = name.endsWith(`:${port}`) ? name.slice(0, -`:${port}`.length) : ip;
  return [{ name, host, ip, port, peer: null, metadata: hintsOf(parameters) }];
}

/** What stands at the end of a line: what a node has of its own is written there. */
function hintsOf(parameters: readonly string[]): JsonObject {
  const backup = parameters.at(-1) === "backup";
  const [keyword, value = ""] = parameters.slice(backup ? -3 : -2);
  return {
    ...(keyword === "weight" && /^\d+$/.test(value) ? { weight: Number(value) } : {}),
    ...(backup ? { backup } : {}),
  };
}

function peerOf(line: string): Peer[] {
  const [keyword, name = "", address = ""] = line.split(/\s+/);
  const place = ADDRESS.exec(address);
  const ip = canonicalIp(place?.[1] ?? "");
  return keyword === "peer" && place !== null && ip !== undefined ? [{ name, ip, port: Number(place[2]) }] : [];
}
