import { formatAddress, servingHints } from "@lighthouse-sd/core";
import { argumentsOf, hasDirective } from "./directives.js";
import type { Member } from "./members.js";
import { withoutComment, wordsOf } from "./words.js";

/** What all servers of one backend share. */
export interface ServerTemplate {
  /** Each server sets its name as its cookie. */
  readonly cookie: boolean;
  /** More parameters. */
  readonly options: string;
  /** The weight of a server whose node has none of its own; null: HAProxy's default. */
  readonly weight: number | null;
  /** Every server is a backup. */
  readonly backup: boolean;
}

/** The template of a backend's servers. A cookie is set only where a `cookie` directive makes use of it. */
export function serverTemplate(
  backend: readonly string[],
  defaults: readonly string[],
  serverOptions: string,
): ServerTemplate {
  const inserted = hasDirective(backend, "cookie") || hasDirective(defaults, "cookie");
  const options = withoutComment(serverOptions);
  const given = wordsOf(options);
  const inherited = [...argumentsOf(defaults, "default-server"), ...argumentsOf(backend, "default-server")].flat();
  const words = [...inherited, ...given];
  const weight = words.lastIndexOf("weight");
  return {
    cookie: inserted && !given.includes("cookie"),
    options,
    weight: weight < 0 ? null : Number(words[weight + 1]),
    backup: words.lastIndexOf("backup") > words.lastIndexOf("no-backup"),
  };
}

/** How a server is loaded: the weight and the backup flag that HAProxy has for it from the start. */
export interface InitialService {
  readonly weight: number;
  readonly backup: boolean;
}

/** What HAProxy makes of a member's `server` line. */
export function initialService({ node }: Member, template: ServerTemplate): InitialService {
  const { weight, backup, drain } = servingHints(node.metadata);
  return { weight: drain ? 0 : (weight ?? template.weight ?? 1), backup: backup || template.backup };
}

/** The `server` line of a member. A draining one keeps what it has and gets nothing new: weight 0. What the template has
 * anyway is not said again. */
export function renderServer({ node, name, id }: Member, template: ServerTemplate): string {
  const { weight, backup, drain } = servingHints(node.metadata);
  const own = drain ? 0 : weight;
  const parts = [`server ${name} ${formatAddress(node.ip, node.port)} id ${id}`];
  if (template.cookie) parts.push(`cookie ${name}`);
  if (template.options !== "") parts.push(template.options);
  if (own !== undefined && own !== template.weight) parts.push(`weight ${own}`);
  if (backup && !template.backup) parts.push("backup");
  return parts.join(" ");
}
