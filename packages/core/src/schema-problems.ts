import type { ErrorObject } from "ajv";
import { nearestWord } from "./nearest-word.js";
import type { Problem } from "./problem.js";
import { oneErrorPerChoice } from "./schema-choices.js";
import { showValue } from "./show-value.js";

/** ajv's errors as problems, one per mistake, in the order of the schema. */
export function problemsOf(errors: readonly ErrorObject[], root: unknown): readonly Problem[] {
  return oneErrorPerChoice(errors).map((error) => problemOf(error, pathOf(error.instancePath, root)));
}

function problemOf(error: ErrorObject, path: readonly (string | number)[]): Problem {
  const params = error.params as Record<string, unknown>;
  if (error.keyword === "additionalProperties") {
    const key = String(params["additionalProperty"]);
    return { path: [...path, key], message: unknownKey(key, error.parentSchema), atKey: true };
  }
  if (error.propertyName !== undefined) {
    return {
      path: [...path, error.propertyName],
      message: `${wanted(error, params)}, got ${found(error)}`,
      atKey: true,
    };
  }
  if (error.keyword === "dependencies") {
    return { path, message: `"${String(params["missingProperty"])}" is required with "${String(params["property"])}"` };
  }
  if (error.keyword === "required") return { path, message: `"${String(params["missingProperty"])}" is required` };
  return { path, message: `${wanted(error, params)}, got ${found(error)}` };
}

function unknownKey(key: string, schema: ErrorObject["parentSchema"]): string {
  const known = Object.keys((schema?.["properties"] ?? {}) as object);
  const nearest = nearestWord(key, known);
  if (nearest !== undefined) return `unknown key "${key}"; did you mean "${nearest}"?`;
  return known.length === 0 ? `unknown key "${key}"` : `unknown key "${key}"; known keys: ${known.join(", ")}`;
}

function wanted(error: ErrorObject, params: Record<string, unknown>): string {
  const schema = error.parentSchema ?? {};
  if (typeof schema["expects"] === "string") return `must be ${schema["expects"]}`;
  switch (error.keyword) {
    case "duration":
      return `must be a duration such as 250ms, 30s, 5m${schema["duration"] === "off" ? ", or off" : ""}`;
    case "port":
      return "must be an integer from 1 to 65535";
    case "type":
      return schema["type"] === "integer" ? `must be ${integerRange(schema)}` : `must be ${typeName(params["type"])}`;
    case "minimum":
    case "maximum":
      return `must be ${schema["type"] === "integer" ? integerRange(schema) : numberRange(schema)}`;
    case "enum":
      return `must be one of ${(params["allowedValues"] as unknown[]).map((value) => JSON.stringify(value)).join(", ")}`;
    case "const":
      return `must be ${JSON.stringify(params["allowedValue"])}`;
    default:
      return error.message ?? `must satisfy ${error.keyword}`;
  }
}

function integerRange(schema: Record<string, unknown>): string {
  const { minimum, maximum } = schema;
  if (minimum !== undefined && maximum !== undefined) return `an integer from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `an integer of at least ${minimum}`;
  return maximum === undefined ? "an integer" : `an integer of at most ${maximum}`;
}

function numberRange(schema: Record<string, unknown>): string {
  return integerRange(schema).replace("an integer", "a number");
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: "a mapping of keys to values",
  array: "a list",
  string: "a string",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

function typeName(type: unknown): string {
  const types = Array.isArray(type) ? type : String(type).split(",");
  return types.map((name) => TYPE_NAMES[String(name)] ?? String(name)).join(" or ");
}

function found(error: ErrorObject): string {
  const secret = error.parentSchema?.["writeOnly"] === true;
  return secret ? "something else (a secret, not shown)" : showValue(error.data);
}

/** A JSON pointer as a path; a part is an index where the value it points into is a list. */
function pathOf(pointer: string, root: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let value = root;
  for (const raw of pointer.split("/").slice(1)) {
    const key = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    path.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  return path;
}
