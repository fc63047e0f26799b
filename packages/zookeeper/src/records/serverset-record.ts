import type { FoundMember, RecordFormat } from "./record-format.js";
import { isObject, recordObject } from "./record-object.js";

/** Others stand beside them: weights of whole sets, for one. */
const MEMBER = /^member_\d{10}$/;

/** Finagle's serversets: `member_<10 digits>`. Only who is ALIVE counts. */
export function serversetFormat(endpoint: string | undefined): RecordFormat {
  return {
    fromName: (name) => (MEMBER.test(name) ? "read" : "ignore"),
    fromData: (text) => {
      const record = recordObject(text);
      if (record === undefined) return { value: text };
      return record["status"] === "ALIVE" ? aliveMember(record, endpoint) : undefined;
    },
  };
}

function aliveMember(record: Readonly<Record<string, unknown>>, endpoint: string | undefined): FoundMember {
  const { serviceEndpoint, additionalEndpoints, shard } = record;
  const named = isObject(additionalEndpoints) ? additionalEndpoints : {};
  const chosen = endpoint === undefined ? serviceEndpoint : ownValue(named, endpoint);
  if (!isObject(chosen)) return { value: null, problem: `has no endpoint ${endpoint ?? "serviceEndpoint"}` };
  const metadata = typeof shard === "number" ? { shard } : {};
  return { value: { ip: chosen["host"], port: chosen["port"], metadata } };
}

function ownValue(of: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}
