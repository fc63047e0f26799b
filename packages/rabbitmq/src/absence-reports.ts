import type { Broker } from "./broker/broker.js";
import { describeAbsent } from "./forget/describe-absent.js";
import { type AbsentEvidence, forgetGuards, type Guard, spokesman } from "./forget/forget-guards.js";
import { type AbsentPlace, askAbout, type Hearsay } from "./forget/gather-absent-evidence.js";

/** Every running member is asked by a command: not more often than this. */
const LOOK_AGAIN_MS = 600_000;

/** What is known of the absent members of a cluster without asking anybody. */
export interface AbsenceQuestion
  extends Omit<AbsentEvidence, "node" | "absentMs" | "isDiscovered" | "longAbsent" | keyof Hearsay>,
    Pick<AbsentPlace, "epmdPort"> {
  readonly absentMs: ReadonlyMap<string, number>;
  /** Where discovery saw brokers last. */
  readonly clients: ReadonlyMap<string, NonNullable<AbsentPlace["client"]>>;
  readonly discovered: ReadonlySet<string>;
}

/** Says of members that do not run how long they have been gone, and what speaks against forgetting them. What others
 * said is kept for a while; what this broker says is always of now. */
export class AbsenceReports {
  readonly #broker: Broker;
  readonly #heard = new Map<string, Hearsay & { readonly atMs: number }>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** One sentence for each absent member. */
  async describe(question: AbsenceQuestion, nowMs: number, signal: AbortSignal): Promise<readonly string[]> {
    const { own, self, neededMs, discovered } = question;
    const absent = own.members.filter((member) => !own.running.includes(member) && !discovered.has(member));
    for (const node of this.#heard.keys()) if (!absent.includes(node)) this.#heard.delete(node);
    const speaker = spokesman(own);
    const sentences: string[] = [];
    for (const node of absent) {
      const absentMs = question.absentMs.get(node) ?? 0;
      const isLong = absentMs >= neededMs;
      const guards =
        isLong && speaker === self ? await this.#guards(node, absentMs, question, nowMs, signal) : undefined;
      const command = this.#broker.commands.shown(self, ["forget_cluster_node", node]);
      sentences.push(
        describeAbsent({
          node,
          absentMs,
          guards,
          command,
          spokesman: isLong && speaker !== self ? speaker : undefined,
        }),
      );
    }
    return sentences;
  }

  async #guards(
    node: string,
    absentMs: number,
    question: AbsenceQuestion,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<readonly Guard[]> {
    let heard = this.#heard.get(node);
    if (heard === undefined || nowMs - heard.atMs >= LOOK_AGAIN_MS) {
      const place = { ...question, node, client: question.clients.get(node) };
      heard = { ...(await askAbout(this.#broker, place, signal)), atMs: nowMs };
      this.#heard.set(node, heard);
    }
    const isDiscovered = question.discovered.has(node);
    const longAbsent = new Set([...question.absentMs].flatMap(([name, ms]) => (ms >= question.neededMs ? [name] : [])));
    return forgetGuards({ ...question, ...heard, node, absentMs, isDiscovered, longAbsent });
  }
}
