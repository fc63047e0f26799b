import type { Guard } from "./forget-guards.js";

/** What is said of a member that is absent. */
export interface AbsentMember {
  readonly node: string;
  readonly absentMs: number;
  /** Undefined: nothing has been looked at yet, for it has not been absent for long. */
  readonly guards: readonly Guard[] | undefined;
  /** The command that forgets it. */
  readonly command: string;
  /** Who looks at the guards, where this broker does not. */
  readonly spokesman: string | undefined;
}

/** One sentence for people. The command stands in it only where every guard holds. */
export function describeAbsent({ node, absentMs, guards, command, spokesman }: AbsentMember): string {
  const since = absentMs < 1000 ? "does not name it any more" : `has not named it for ${words(absentMs)}`;
  const gone = `member ${node} does not run, and discovery ${since}`;
  if (spokesman !== undefined) return `${gone}; whether it could be forgotten is said by the runner of ${spokesman}`;
  if (guards === undefined) return gone;
  const failing = guards
    .filter(({ holds }) => !holds)
    .map(({ name, found }) => (found === undefined ? name : `${name} (${found})`));
  const holding = guards.filter(({ holds }) => holds).map(({ name }) => name);
  if (failing.length === 0) {
    return (
      `${gone}. All that can be known from here speaks for its being gone (${holding.join("; ")}), but a broker that is cut ` +
      "off from everyone looks the same: make sure that its machine is off for good, and that what only it holds, such as " +
      `its classic queues, may be deleted with it, then run: ${command}`
    );
  }
  return `${gone}. It must not be forgotten now. Not met: ${failing.join("; ")}. Met: ${holding.join("; ") || "nothing"}`;
}

/** A span of time, rounded down: `6h 3m`. */
export function words(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes === 0) return `${Math.floor(milliseconds / 1000)}s`;
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours}h ${minutes % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}
