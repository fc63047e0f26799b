/** Unix milliseconds as ISO 8601 in UTC. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
