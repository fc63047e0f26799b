import type { DiscoveryRecord } from "@lighthouse-sd/core";
import type { RecordFormatName } from "../config.js";
import { lighthouseFormat } from "./lighthouse-record.js";
import { nerveFormat } from "./nerve-record.js";
import { serversetFormat } from "./serverset-record.js";

/** What there is to know of a member: the value of its record, or why there can be none. */
export type FoundMember = Omit<DiscoveryRecord, "source">;

/** How a registry's users write down a member. */
export interface RecordFormat {
  /** What a child's name says: that its data are to be read, all there is to know, or that it is no member. */
  fromName(name: string): "read" | "ignore" | FoundMember;
  /** What its data say; undefined where it does not count now. */
  fromData(text: string): FoundMember | undefined;
}

/** The format of that name. `endpoint`: the one of serverset's additional endpoints to take. */
export function recordFormat(name: RecordFormatName, endpoint: string | undefined): RecordFormat {
  if (name === "nerve") return nerveFormat;
  return name === "serverset" ? serversetFormat(endpoint) : lighthouseFormat;
}
