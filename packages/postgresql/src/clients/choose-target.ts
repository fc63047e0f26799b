import { type Member, memberKey } from "../members.js";
import type { Notice } from "../server/server-state.js";

/** What a member says of itself to a client. */
export interface ClientView {
  readonly member: Member;
  /** Undefined: it does not answer. */
  readonly answer?: { readonly systemId: string; readonly inRecovery: boolean; readonly timeline: number };
  readonly error?: string;
}

/** Where connections go. Without hosts: where they went before. */
export interface Target {
  readonly hosts?: { readonly hosts: readonly string[]; readonly port: number };
  readonly notices: readonly Notice[];
}

/** Chooses among members for clients that want the primary, or standbys. `newest` is the newest timeline that a primary
 * was seen with: an older one is a primary that was left behind. */
export function chooseTarget(
  to: "primary" | "standby",
  views: readonly ClientView[],
  systemId: string | undefined,
  newest: number,
): Target {
  const answers = views.filter(({ answer }) => answer !== undefined);
  const systems = new Set(answers.map(({ answer }) => answer?.systemId));
  if (systemId === undefined && systems.size > 1) {
    return keep(
      `members belong to different database systems (${[...systems].sort().join(", ")}): set system_identifier`,
    );
  }
  const ours = answers.filter(({ answer }) => systemId === undefined || answer?.systemId === systemId);
  return to === "primary" ? choosePrimary(ours, views, newest) : chooseStandbys(ours);
}

function choosePrimary(ours: readonly ClientView[], views: readonly ClientView[], newest: number): Target {
  const primaries = ours.filter(({ answer }) => answer?.inRecovery === false);
  const [primary] = primaries;
  const told = primaries.map(({ member, answer }) => `${memberKey(member)} (timeline ${answer?.timeline})`);
  if (primaries.length > 1) return keep(`split brain: ${told.join(" and ")} all take writes`);
  if (primary === undefined) {
    const silent = views.flatMap(({ member, error }) =>
      error === undefined ? [] : [`${memberKey(member)}: ${error}`],
    );
    return keep(`no member answers as a primary${silent.length === 0 ? "" : ` (${silent.join("; ")})`}`);
  }
  if ((primary.answer?.timeline ?? 0) < newest) {
    return keep(`${told[0]} was left behind: a primary with timeline ${newest} was there before`);
  }
  return { hosts: { hosts: [primary.member.ip], port: primary.member.port }, notices: [] };
}

function chooseStandbys(ours: readonly ClientView[]): Target {
  const standbys = ours.filter(({ answer }) => answer?.inRecovery === true).map(({ member }) => member);
  const [first] = [...standbys].sort((a, b) => (memberKey(a) < memberKey(b) ? -1 : 1));
  if (first === undefined) return keep("no member answers as a standby");
  const same = standbys.filter(({ port }) => port === first.port);
  const left = standbys.length - same.length;
  const message = `${left} of ${standbys.length} standbys get no connections: pgbouncer takes one port for all hosts of a database, and theirs is not ${first.port}`;
  const hosts = same.map(({ ip }) => ip).sort();
  return { hosts: { hosts, port: first.port }, notices: left === 0 ? [] : [{ path: ["pgbouncer"], message }] };
}

function keep(what: string): Target {
  return { notices: [{ path: ["pgbouncer"], message: `${what}; connections go where they went before` }] };
}
