import type { RecordFormatName } from "../config.js";
import { lighthouseFormat } from "./lighthouse-record.js";
import { nerveFormat } from "./nerve-record.js";
import { serversetFormat } from "./serverset-record.js";

/** How a registry's users write down a member. */
export interface RecordFormat {
  /** What a child's name says: that its data are to be read, all there is to know (`value`), or that it is no member. */
  fromName(name: string): "read" | "ignore" | { readonly value: unknown };
  /** What its data say: a record's value, or undefined where it does not count now. What cannot be a member's is given as
   * something that is no record, so that it is set aside with a reason. */
  fromData(text: string): { readonly value: unknown } | undefined;
}

/** The format of that name. `endpoint`: the one of serverset's additional endpoints to take. */
export function recordFormat(name: RecordFormatName, endpoint: string | undefined): RecordFormat {
  if (name === "nerve") return nerveFormat;
  return name === "serverset" ? serversetFormat(endpoint) : lighthouseFormat;
}
