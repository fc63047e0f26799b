import type { Node } from "@lighthouse-sd/core";

/** What may stand in a file or command as an Erlang node's name. It never begins like an option. */
export const NODE_NAME_PATTERN = "^[A-Za-z0-9_][A-Za-z0-9_-]*@[A-Za-z0-9][A-Za-z0-9._-]*$";

const NODE_NAME = new RegExp(NODE_NAME_PATTERN);
const LONGEST = 255;
const PLACEHOLDERS = /\{(host|shorthost|ip)\}/g;

/** Where a node's name comes from. */
export interface NamedHost {
  readonly host: string;
  readonly ip: string;
}

/** True where `text` is an Erlang node's name and nothing else. */
export function isNodeName(text: unknown): text is string {
  return typeof text === "string" && text.length <= LONGEST && NODE_NAME.test(text);
}

/** What is wrong with a template; undefined: nothing. */
export function templateProblem(template: string): string | undefined {
  if (isNodeName(fromTemplate(template, { host: "mq1.example.com", ip: "192.0.2.1" }))) return undefined;
  const shown = JSON.stringify(template.slice(0, 60));
  return `must give an Erlang node's name such as rabbit@mq1, with {host}, {shorthost} or {ip} in it; got ${shown}`;
}

/** `template` for one host; no more than text yet: see `isNodeName`. */
export function fromTemplate(template: string, { host, ip }: NamedHost): string {
  const values: Readonly<Record<string, string>> = { host, ip, shorthost: host.split(".")[0] ?? host };
  return template.replace(PLACEHOLDERS, (whole, key: string) => values[key] ?? whole);
}

/** What a member calls its Erlang node: its own metadata's word, else the template. */
export function wantedName(node: Node, template: string): unknown {
  return node.metadata["rabbitmq_node"] ?? fromTemplate(template, node);
}
