import type { Node, NodeReport } from "@lighthouse-sd/core";
import type { ClientView } from "../clients/choose-target.js";

/** A node of the cluster, and what clients on this host have of it. */
export interface ClientNode {
  readonly node: Node;
  /** What it says of itself; undefined: nobody is configured to ask. */
  readonly view: ClientView | undefined;
  /** Services of the service file that name it. */
  readonly services: readonly string[];
  /** Databases of the running pgbouncer whose connections go to it. */
  readonly databases: readonly string[];
}

/** Where clients on this host are sent. Pure. */
export function clientReports(found: readonly ClientNode[]): readonly NodeReport[] {
  return found.map(({ node, view, services, databases }) => {
    const uses = [
      ...(services.length === 0 ? [] : [`service ${services.join(", ")}`]),
      ...(databases.length === 0 ? [] : [`pgbouncer's ${databases.join(", ")}`]),
    ];
    const sent = uses.length === 0 ? "nothing sends clients to it" : `clients come by ${uses.join(" and ")}`;
    const isSilent = view !== undefined && view.answer === undefined;
    return {
      node: node.name,
      state: stateOf(view),
      serving: uses.length > 0 && !isSilent,
      detail: isSilent ? `${sent}; ${view.error}` : sent,
    };
  });
}

function stateOf(view: ClientView | undefined): string {
  if (view === undefined) return "not asked";
  if (view.answer === undefined) return "silent";
  return view.answer.inRecovery ? "standby" : "primary";
}
