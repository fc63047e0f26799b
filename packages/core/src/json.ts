/** Any value JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A JSON Schema (draft-07), with the keyword `duration` beside the standard ones. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}
