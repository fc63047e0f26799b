const MAX_DEPTH = 64;

/** Why a parsed value cannot be a record's: it is larger than `limit` characters when written out (aliases of a YAML
 * file can make a huge value of a small text), or nested too deeply; undefined where it can. */
export function excess(value: unknown, limit: number): string | undefined {
  let left = limit;
  const pending: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > MAX_DEPTH) return `is nested deeper than the limit of ${MAX_DEPTH} levels`;
    left -= ownSize(next.value);
    if (left < 0) return `has more characters than the limit of ${limit}`;
    if (typeof next.value !== "object" || next.value === null) continue;
    for (const [key, child] of Object.entries(next.value)) {
      left -= Array.isArray(next.value) ? 1 : key.length + 4;
      if (left < 0) return `has more characters than the limit of ${limit}`;
      pending.push({ value: child, depth: next.depth + 1 });
    }
  }
  return undefined;
}

function ownSize(value: unknown): number {
  return typeof value === "string" ? value.length + 2 : typeof value === "object" && value !== null ? 2 : 1;
}
