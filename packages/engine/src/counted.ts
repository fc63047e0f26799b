/** `1 node`, `2 nodes`: so many of what a regular plural names. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
