import type { HAProxyBlock, HAProxyConfig } from "../config/haproxy-config.js";
import { argumentsOf } from "../render/directives.js";
import type { ClusterPart } from "../render/render-cluster.js";
import { wordsOf } from "../render/words.js";

/** How the servers of one backend are added at run time. */
export interface ServerParameters {
  /** The parameters of `add server` that all of them share. */
  readonly words: readonly string[];
  /** A server is checked before it may get traffic. */
  readonly checks: boolean;
  /** Each server's cookie is its name. */
  readonly cookie: boolean;
  /** Sessions are ended when a server goes into maintenance. */
  readonly maintenanceEndsSessions: boolean;
}

/** Parameters with an argument that say nothing of a server whose address and weight are given. */
const LEFT_OUT: ReadonlySet<string> = new Set(["weight", "init-addr", "id"]);
/** All that the admin socket takes for itself in a word: anything else could end the command. */
const SAFE = /^[A-Za-z0-9._:/@%+,=~()-]+$/;

/** What `add server` is to be told: nothing is inherited from `default-server` there. A string: why nothing can be, in
 * words. */
export function serverParameters(
  { block }: ClusterPart,
  config: HAProxyConfig,
  cookie: boolean,
): ServerParameters | string {
  const all = serverWords(block, config);
  const words: string[] = [];
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? "";
    if (LEFT_OUT.has(word)) at++;
    else if (!SAFE.test(word)) return `the server parameter ${JSON.stringify(word)} cannot be given at run time`;
    else words.push(word);
  }
  return {
    words,
    checks: areChecked(words),
    cookie,
    maintenanceEndsSessions: words[words.lastIndexOf("on-marked-down") + 1] === "shutdown-sessions",
  };
}

/** All that the servers of a backend are told, in the order in which it counts. */
export function serverWords(block: HAProxyBlock, config: HAProxyConfig): readonly string[] {
  const inherited = [
    ...argumentsOf(config.defaults, "default-server"),
    ...argumentsOf(block.backend, "default-server"),
  ];
  return [...inherited.flat(), ...wordsOf(block.server_options)];
}

/** True where HAProxy checks servers with these parameters itself. */
export function areChecked(words: readonly string[]): boolean {
  return words.lastIndexOf("check") > words.lastIndexOf("no-check");
}
