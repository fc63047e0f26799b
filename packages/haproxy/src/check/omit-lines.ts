/** `value` without the list entries at `paths`. */
export function omitLines<T>(value: T, paths: readonly (readonly (string | number)[])[]): T {
  return paths.length === 0 ? value : (omit(value, new Set(paths.map((path) => JSON.stringify(path))), []) as T);
}

function omit(value: unknown, omitted: ReadonlySet<string>, path: readonly (string | number)[]): unknown {
  const isOmitted = (key: string | number): boolean => omitted.has(JSON.stringify([...path, key]));
  if (Array.isArray(value)) {
    return value.flatMap((entry, index) => (isOmitted(index) ? [] : [omit(entry, omitted, [...path, index])]));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, omit(entry, omitted, [...path, key])]));
}
