const leaked = new Set<NodeJS.Timeout>();

/** A timer that its balancer never ends. */
export function leakTimer(): void {
  leaked.add(setInterval(() => undefined, 60_000));
}

/** Ends the timers that balancers have left. */
export function clearLeaked(): void {
  for (const timer of leaked) clearInterval(timer);
  leaked.clear();
}
