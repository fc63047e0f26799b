import { randomInt } from "node:crypto";
import { type DecodedPacket, decode, encode, type Answer as PacketRecord, RECURSION_DESIRED } from "dns-packet";
import { canonicalName } from "./dns-name.js";
import { ServerFailure } from "./failures.js";

/** What can be asked for. */
export type QueryType = "SRV" | "A" | "AAAA";

/** One question, as it was sent. */
export interface Question {
  /** Random: an answer with another one is not ours. */
  readonly id: number;
  /** Canonical. */
  readonly name: string;
  readonly type: QueryType;
  readonly bytes: Buffer;
}

/** What every record has. */
interface Owned {
  /** Canonical. */
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
}

/** An address of a name. */
export interface AddressRecord extends Owned {
  readonly type: "A" | "AAAA";
  readonly ip: string;
}

/** A place where a service is offered. */
export interface SrvRecord extends Owned {
  readonly type: "SRV";
  /** Canonical. */
  readonly target: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The other name that a name stands for. */
export interface AliasRecord extends Owned {
  readonly type: "CNAME";
  /** Canonical. */
  readonly target: string;
}

/** The beginning of a zone. */
export interface ZoneRecord extends Owned {
  readonly type: "SOA";
  /** Seconds for which it holds that something is not in the zone. */
  readonly negativeTtl: number;
}

/** A record of an answer. Those of other types are left out. */
export type DnsRecord = AddressRecord | SrvRecord | AliasRecord | ZoneRecord | (Owned & { readonly type: "NS" });

/** A record that was asked for. */
export type RecordOf<Type extends QueryType> = Type extends "SRV" ? SrvRecord : AddressRecord;

/** A name server's answer to a question. */
export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, … */
  readonly code: string;
  readonly truncated: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** The largest answer over UDP that no network has to fragment, in bytes. */
const UDP_SIZE = 1232;
/** A larger TTL counts as none, says RFC 2181. */
const LARGEST_TTL = 2 ** 31 - 1;
/** Answers of a server that did not even read the question may come without it. */
const REFUSALS = new Set(["FORMERR", "SERVFAIL", "NOTIMP", "REFUSED"]);

/** A question with an id of its own. `extended`: says that larger answers than of 512 bytes are welcome, which some old
 * servers do not understand. */
export function askFor(name: string, type: QueryType, extended = true): Question {
  const id = randomInt(65_536);
  const bytes = encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name, type, class: "IN" }],
    additionals: extended
      ? [
          {
            type: "OPT",
            name: ".",
            udpPayloadSize: UDP_SIZE,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  });
  return { id, name: canonicalName(name), type, bytes };
}

/** The answer to `question` that a packet holds; undefined: it is not an answer to it. Throws ServerFailure where it is
 * one that cannot be read. */
export function readAnswer(bytes: Buffer, question: Question): DnsAnswer | undefined {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== question.id) return undefined;
  const packet = decoded(bytes);
  const code = (packet as { readonly rcode?: string }).rcode ?? "";
  if (!packet.flag_qr || packet.opcode !== "QUERY" || !repeats(packet, question, code)) return undefined;
  return {
    code,
    truncated: packet.flag_tc,
    answers: (packet.answers ?? []).flatMap(readRecord),
    authorities: (packet.authorities ?? []).flatMap(readRecord),
    additionals: (packet.additionals ?? []).flatMap(readRecord),
  };
}

function decoded(bytes: Buffer): DecodedPacket & { readonly opcode?: string } {
  try {
    return decode(bytes);
  } catch (error) {
    throw new ServerFailure(`sent an answer that cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function repeats({ questions = [] }: DecodedPacket, question: Question, code: string): boolean {
  const [asked, ...more] = questions;
  if (asked === undefined) return REFUSALS.has(code);
  if (more.length > 0 || asked.type !== question.type || asked.class !== "IN") return false;
  return canonicalName(asked.name) === question.name;
}

function readRecord(record: PacketRecord): readonly DnsRecord[] {
  if (record.type === "OPT" || ("class" in record && record.class !== "IN")) return [];
  const seconds = record.ttl ?? 0;
  const owned = { name: canonicalName(record.name), ttl: seconds > LARGEST_TTL ? 0 : seconds };
  switch (record.type) {
    case "A":
    case "AAAA":
      return [{ ...owned, type: record.type, ip: record.data }];
    case "CNAME":
      return [{ ...owned, type: "CNAME", target: canonicalName(record.data) }];
    case "NS":
      return [{ ...owned, type: "NS" }];
    case "SRV": {
      const { target, port, priority = 0, weight = 0 } = record.data;
      return [{ ...owned, type: "SRV", target: canonicalName(target), port, priority, weight }];
    }
    case "SOA":
      return [{ ...owned, type: "SOA", negativeTtl: Math.min(owned.ttl, record.data.minimum ?? 0) }];
    default:
      return [];
  }
}
