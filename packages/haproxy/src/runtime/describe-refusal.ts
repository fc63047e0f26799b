import type { BackendRules } from "./server-plan.js";

/** True where HAProxy said that it takes no new servers in this backend, whichever they are: asking again for the next
 * one is of no use. */
export function refusesAll(answer: string): boolean {
  return /dynamic/i.test(answer);
}

/** Why a reload is needed, in words: what HAProxy answered, and what would avoid it. */
export function describeRefusal(
  rules: Pick<BackendRules, "backend" | "balance">,
  command: string,
  answer: string,
): string {
  const said = answer.replace(/\s+/g, " ").trim();
  const place = `backend ${rules.backend}`;
  const keyword = /^'([\w-]+)' option is not accepted for dynamic server/.exec(said)?.[1];
  if (keyword !== undefined) {
    return `${place}: this version of HAProxy takes no server with "${keyword}" at run time (HAProxy: ${said})`;
  }
  if (!refusesAll(said)) return `${place}: HAProxy answered "${said}" to "${command}"`;
  const algorithm = rules.balance.split(/[\s(]/)[0] ?? "";
  const advice = algorithm === "static-rr" ? "use `balance roundrobin`" : "add `hash-type consistent`";
  return `${place}: balance ${rules.balance} is not a dynamic algorithm; ${advice} to avoid reloads (HAProxy: ${said})`;
}
