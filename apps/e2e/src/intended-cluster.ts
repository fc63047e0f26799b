import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { MovingMember } from "./moving-members.js";
import { replaceFile } from "./replace-file.js";
import type { ServerFacts } from "./running-servers.js";
import type { SeededRandom } from "./seeded-random.js";

interface Intended {
  readonly ip: string;
  readonly weight: number;
  readonly drain: boolean;
}

/** A cluster as it should be: one node file for each member that is present. The first members never leave and never
 * drain, so that there is always somebody to serve. */
export class IntendedCluster {
  readonly name: string;
  readonly members: readonly MovingMember[];
  readonly #directory: string;
  readonly #anchors: number;
  readonly #present = new Map<MovingMember, Intended>();

  constructor(nodesDirectory: string, name: string, members: readonly MovingMember[], anchors: number) {
    this.name = name;
    this.members = members;
    this.#directory = join(nodesDirectory, name);
    this.#anchors = anchors;
  }

  has(member: MovingMember): boolean {
    return this.#present.has(member);
  }

  /** Members that get no new work. */
  resting(): readonly MovingMember[] {
    return this.members.filter((member) => this.#present.get(member)?.drain ?? true);
  }

  /** Present ones that may leave. */
  leavers(): readonly MovingMember[] {
    return this.members.slice(this.#anchors).filter((member) => this.has(member));
  }

  absent(): readonly MovingMember[] {
    return this.members.filter((member) => !this.has(member));
  }

  serverName({ name, port }: MovingMember): string {
    return `${name}.example.com:${port}`;
  }

  async add(member: MovingMember, intended: Intended = { ip: member.ips[0], weight: 1, drain: false }): Promise<void> {
    this.#present.set(member, intended);
    const { ip, weight, drain } = intended;
    const { name, port } = member;
    const metadata = { weight, ...(drain ? { drain } : {}) };
    await replaceFile(this.#file(member), JSON.stringify({ host: `${name}.example.com`, ip, port, metadata }));
  }

  async remove(member: MovingMember): Promise<void> {
    this.#present.delete(member);
    await rm(this.#file(member));
  }

  /** Another weight, another address, or the drain flag on or off. */
  async change(what: "weight" | "address" | "drain", random: SeededRandom): Promise<void> {
    const candidates = what === "drain" ? this.leavers() : this.members.filter((member) => this.has(member));
    if (candidates.length === 0) return;
    const member = random.pick(candidates);
    const before = this.intended(member);
    if (what === "weight") await this.add(member, { ...before, weight: random.integer(1, 256) });
    if (what === "drain") await this.add(member, { ...before, drain: !before.drain });
    if (what === "address") {
      const ip = before.ip === member.ips[0] ? member.ips[1] : member.ips[0];
      await this.add(member, { ...before, ip });
    }
  }

  intended(member: MovingMember): Intended {
    const intended = this.#present.get(member);
    if (intended === undefined) throw new Error(`${member.name} is not present`);
    return intended;
  }

  /** What HAProxy must have. */
  servers(): Readonly<Record<string, ServerFacts>> {
    const facts = [...this.#present].map(([member, { ip, weight, drain }]) => {
      const server = { address: `${ip}:${member.port}`, weight: drain ? 0 : weight, admin: 0 };
      return [this.serverName(member), server] as const;
    });
    return Object.fromEntries(facts.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #file({ name, port }: MovingMember): string {
    return join(this.#directory, `${name}.example.com:${port}.reported.json`);
  }
}
