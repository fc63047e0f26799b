const NAME =
  /^(?=.{1,254}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/;

/** Of a name that may be looked up, with or without the dot at its end. */
export const DNS_NAME_PATTERN: string = NAME.source;

/** Whether a text can be the name of a host or service. */
export function isDnsName(text: string): boolean {
  return NAME.test(text);
}

/** A name in the form in which two of them are compared: DNS knows no case, and all names are absolute here. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
