import type { JsonSchema } from "@lighthouse-sd/core";

/** True or false, also as the words that YAML 1.1, which Lighthouse 1.0.0 read, takes for them. */
export type YesNo = boolean | 0 | 1 | string;

const YES = /^(?:yes|on|true)$/i;

/** What the schema of such a key has beside its description and default. */
export const yesNoSchema: JsonSchema = {
  type: ["boolean", "string", "integer"],
  pattern: "^(?:[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF|[Tt]rue|TRUE|[Ff]alse|FALSE)$",
  minimum: 0,
  maximum: 1,
  expects: "true or false",
};

/** Of a value that the schema has accepted. */
export function isYes(value: YesNo): boolean {
  return typeof value === "string" ? YES.test(value) : Boolean(value);
}
