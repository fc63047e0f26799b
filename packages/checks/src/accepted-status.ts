import type { StatusRange } from "./http-config.js";

/** Statuses that pass. */
export interface AcceptedStatus {
  accepts(status: number): boolean;
  /** `200-299, 404` */
  readonly text: string;
}

/** Of configured statuses and ranges that the schema has accepted. */
export function acceptedStatus(configured: StatusRange | readonly StatusRange[]): AcceptedStatus {
  const written = (Array.isArray(configured) ? configured : [configured]).map(String);
  const ranges = written.map((range) => range.split("-").map(Number));
  return {
    accepts: (status) => ranges.some(([first = 0, last = first]) => status >= first && status <= last),
    text: written.join(", "),
  };
}
