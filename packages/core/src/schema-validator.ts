import { Ajv } from "ajv";
import { ConfigError } from "./config-error.js";
import type { JsonSchema } from "./json.js";
import { addKeywords } from "./schema-keywords.js";
import { problemsOf } from "./schema-problems.js";

/** Checks a value against a schema: returns a copy with defaults filled in, or throws ConfigError with every problem. */
export type SchemaValidator<T> = (value: unknown) => T;

let shared: Ajv | undefined;

function ajv(): Ajv {
  if (shared === undefined) {
    shared = new Ajv({
      allErrors: true,
      verbose: true,
      useDefaults: true,
      strict: true,
      strictRequired: false,
      allowUnionTypes: true,
    });
    addKeywords(shared);
  }
  return shared;
}

/** A validator for `schema`, compiled at its first use. */
export function schemaValidator<T>(schema: JsonSchema): SchemaValidator<T> {
  return (value) => {
    const validate = ajv().compile<T>(schema);
    // In a wrapper object ajv could not replace the root; a schema that fills in or converts needs only what is below.
    const copy: unknown = structuredClone(value);
    if (validate(copy)) return copy;
    throw new ConfigError(problemsOf(validate.errors ?? [], copy));
  };
}
