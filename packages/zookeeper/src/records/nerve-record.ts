import type { FoundMember, RecordFormat } from "./record-format.js";
import { isObject, recordObject } from "./record-object.js";
import { parseServerOptions } from "./server-options.js";

const NAME_WITH_DATA = /^base64_(\d+)_(.*)_\d+$/s;
const HOST_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/;

/** SmartStack nerve: `<id>_<sequence>` with JSON as its data, or all of it in the name, encoded in base64. */
export const nerveFormat: RecordFormat = {
  fromName: (name) => {
    const [, length, encoded] = NAME_WITH_DATA.exec(name) ?? [];
    if (encoded === undefined || encoded.length !== Number(length)) return "read";
    return nerveMember(Buffer.from(encoded, "base64url").toString("utf8"));
  },
  fromData: nerveMember,
};

/** What nerve writes, as a node. What is no JSON object is given as it is. */
function nerveMember(text: string): FoundMember {
  const record = recordObject(text);
  if (record === undefined) return { value: text };
  const options = parseServerOptions(record["haproxy_server_options"]);
  if (typeof options === "string") return { value: null, problem: options };
  const { host, port, name, weight, labels, available } = record;
  const metadata: Record<string, unknown> = { ...(isObject(labels) ? labels : {}), ...options };
  if (weight !== undefined && weight !== null) metadata["weight"] = numberOf(weight);
  if (available === false) metadata["drain"] = true;
  const known = typeof name === "string" && HOST_NAME.test(name) ? { host: name } : {};
  return { value: { ...known, ip: host, port, metadata } };
}

/** Some write numbers as texts. */
function numberOf(value: unknown): unknown {
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
}
