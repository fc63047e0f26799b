import type { Fault } from "./blame.js";

/** One fault for each mistake: parameters that all members of a cluster share are refused once for each of them. */
export function withoutRepeats(faults: readonly Fault[]): readonly Fault[] {
  const alike = new Map<string, { readonly first: Fault; readonly count: number }>();
  for (const fault of faults) {
    const key = JSON.stringify([fault.origin.path, fault.message.text.replace(/'[^']*'|\d+/g, "")]);
    const known = alike.get(key);
    alike.set(key, { first: known?.first ?? fault, count: (known?.count ?? 0) + 1 });
  }
  return [...alike.values()].map(({ first, count }) => {
    if (count === 1) return first;
    const message = { ...first.message, text: `${first.message.text} (and ${count - 1} more like it)` };
    return { ...first, message };
  });
}
