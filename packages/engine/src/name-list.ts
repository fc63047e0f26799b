const MOST_NAMED = 5;

/** `a, b, c`; of many names the first ones and how many more there are. */
export function nameList(names: readonly string[], most: number = MOST_NAMED): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
