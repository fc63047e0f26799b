import type { NodeReport } from "@lighthouse-sd/core";

/** What two parts say of the same nodes, as one report of each: the first one's, with what the other adds. */
export function joinReports(
  first: readonly NodeReport[] | undefined,
  second: readonly NodeReport[] | undefined,
): readonly NodeReport[] {
  if (first === undefined || second === undefined) return first ?? second ?? [];
  return first.map((report) => {
    const added = second.find(({ node }) => node === report.node)?.detail;
    const details = [report.detail, added].filter((detail) => detail !== undefined);
    return details.length === 0 ? report : { ...report, detail: details.join("; ") };
  });
}
