import { formatAddress, type Node, servingHints } from "@lighthouse-sd/core";
import { hasDirective } from "./directives.js";

/** What all servers of one backend share. */
export interface ServerTemplate {
  /** Each server sets its name as its cookie. */
  readonly cookie: boolean;
  /** More parameters. */
  readonly options: string;
}

/** The template of a backend's servers. A cookie is set only where a `cookie` directive makes use of it. */
export function serverTemplate(
  backend: readonly string[],
  defaults: readonly string[],
  options: string,
): ServerTemplate {
  const inserted = hasDirective(backend, "cookie") || hasDirective(defaults, "cookie");
  return { cookie: inserted && !/(^|\s)cookie\s/.test(options), options: options.trim() };
}

/** The `server` line of a node. A draining one keeps what it has and gets nothing new: weight 0. */
export function renderServer(node: Node, id: number, template: ServerTemplate): string {
  const { weight, backup, drain } = servingHints(node.metadata);
  const parts = [`server ${node.name} ${formatAddress(node.ip, node.port)} id ${id}`];
  if (template.cookie) parts.push(`cookie ${node.name}`);
  if (template.options !== "") parts.push(template.options);
  if (drain) parts.push("weight 0");
  else if (weight !== undefined) parts.push(`weight ${weight}`);
  if (backup) parts.push("backup");
  return parts.join(" ");
}
