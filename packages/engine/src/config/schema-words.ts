import type { JsonSchema } from "@lighthouse-sd/core";

const COMBINING = ["anyOf", "oneOf", "allOf"] as const;

/** True where `schema` takes the text `word` at `path` for what it says: `off` as a duration, a word that it lists. */
export function takesWord(schema: JsonSchema, path: readonly (string | number)[], word: string): boolean {
  return schemasAt([schema], path, schema).some(
    (found) =>
      (word === "off" && found["duration"] === "off") ||
      found["const"] === word ||
      (Array.isArray(found["enum"]) && found["enum"].includes(word)),
  );
}

function schemasAt(
  schemas: readonly JsonSchema[],
  path: readonly (string | number)[],
  root: JsonSchema,
): readonly JsonSchema[] {
  const here = schemas.flatMap((schema) => alternatives(schema, root, 0));
  const [part, ...rest] = path;
  if (part === undefined) return here;
  return schemasAt(
    here.flatMap((schema) => childSchemas(schema, part)),
    rest,
    root,
  );
}

/** The schema itself and all that it combines or refers to within its own root. */
function alternatives(schema: JsonSchema, root: JsonSchema, depth: number): readonly JsonSchema[] {
  if (depth > 20) return [];
  const combined = COMBINING.flatMap((keyword) => (Array.isArray(schema[keyword]) ? schema[keyword] : []));
  const referred = typeof schema["$ref"] === "string" ? [referredSchema(schema["$ref"], root)] : [];
  return [
    schema,
    ...[...combined, ...referred].filter(isSchema).flatMap((each) => alternatives(each, root, depth + 1)),
  ];
}

function referredSchema(reference: string, root: JsonSchema): unknown {
  if (!reference.startsWith("#/")) return undefined;
  let found: unknown = root;
  for (const key of reference.slice(2).split("/")) found = isSchema(found) ? found[key] : undefined;
  return found;
}

function childSchemas(schema: JsonSchema, part: string | number): readonly JsonSchema[] {
  if (typeof part === "number") {
    const { items } = schema;
    return [Array.isArray(items) ? items[part] : items].filter(isSchema);
  }
  const properties = schema["properties"];
  const own = isSchema(properties) && Object.hasOwn(properties, part) ? properties[part] : undefined;
  return [own ?? schema["additionalProperties"]].filter(isSchema);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
