import type { JsonSchema } from "@lighthouse-sd/core";

const DURATION_FORM = "^[ ]*\\d+(\\.\\d+)?(ms|s|m|h|d)?[ ]*$";
const PORT_FORM = "^0*([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])$";

/** Keywords whose value is a schema, a list of schemas, or a mapping of names to schemas. */
const NESTED = new Set(["items", "additionalProperties", "additionalItems", "propertyNames", "contains", "not", "if"]);
const LISTS = new Set(["anyOf", "oneOf", "allOf"]);
const MAPPINGS = new Set(["properties", "patternProperties", "definitions", "$defs", "dependentSchemas"]);

/** A schema in the words of JSON Schema alone, for editors: keywords that only Lighthouse knows become what they mean. */
export function standardSchema(schema: JsonSchema): JsonSchema {
  const { duration, port, expects, ...rest } = schema;
  const meant = [
    ...(duration === undefined ? [] : [durationSchema(duration === "off")]),
    ...(port === undefined ? [] : [PORT_SCHEMA]),
  ];
  const known = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, standardValue(key, value)]));
  const words = typeof expects === "string" && known["description"] === undefined ? { description: expects } : {};
  return { ...known, ...words, ...(meant.length > 0 && { allOf: [...asList(known["allOf"]), ...meant] }) };
}

function standardValue(key: string, value: unknown): unknown {
  if (LISTS.has(key) || (NESTED.has(key) && Array.isArray(value))) return asList(value).map(standardOf);
  if (NESTED.has(key) || key === "then" || key === "else") return standardOf(value);
  if (!MAPPINGS.has(key) || !isSchema(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, standardOf(schema)]));
}

function standardOf(value: unknown): unknown {
  return isSchema(value) ? standardSchema(value) : value;
}

const PORT_SCHEMA: JsonSchema = {
  description: "a port from 1 to 65535",
  anyOf: [
    { type: "integer", minimum: 1, maximum: 65_535 },
    { type: "string", pattern: PORT_FORM },
  ],
};

function durationSchema(mayBeOff: boolean): JsonSchema {
  return {
    description: `a duration such as 250ms, 30s or 5m${mayBeOff ? ", or off" : ""}; a number is seconds`,
    anyOf: [
      { type: "string", pattern: DURATION_FORM },
      { type: "number", minimum: 0 },
      ...(mayBeOff ? [{ enum: ["off", false] }] : []),
    ],
  };
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
