import type { ErrorObject } from "ajv";

/** What decides which alternative of a choice a value was meant to be. */
const DECIDING = new Set(["type", "const", "enum", "duration", "port", "pattern"]);

/** Keywords whose error only says that there is another one inside. */
const REPEATS = new Set(["if", "propertyNames"]);

/** Without the errors of all alternatives that a value is not: where it was clearly meant to be one of them (a mapping,
 * and only one alternative takes mappings), that one's errors stand; otherwise the choice's own. */
export function oneErrorPerChoice(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const dropped = new Set<ErrorObject>(errors.filter(({ keyword }) => REPEATS.has(keyword)));
  for (const choice of errors.filter((error) => error.keyword === "anyOf" || error.keyword === "oneOf")) {
    const alternatives = groupByAlternative(choice, errors);
    const meant = alternatives.filter((group) => group.length > 0 && !group.some((error) => decides(error, choice)));
    const shown = meant.length === 1 ? meant[0] : undefined;
    if (shown !== undefined) dropped.add(choice);
    for (const error of alternatives.flat()) if (shown?.includes(error) !== true) dropped.add(error);
  }
  return errors.filter((error) => !dropped.has(error));
}

function decides(error: ErrorObject, choice: ErrorObject): boolean {
  return error.instancePath === choice.instancePath && DECIDING.has(error.keyword);
}

function groupByAlternative(choice: ErrorObject, errors: readonly ErrorObject[]): readonly ErrorObject[][] {
  const schemas = Array.isArray(choice.schema) ? (choice.schema as readonly Record<string, unknown>[]) : [];
  return schemas.map((schema, index) => {
    const places = [`${choice.schemaPath}/${index}/`];
    if (typeof schema["$ref"] === "string") places.push(`${schema["$ref"]}/`);
    return errors.filter(
      (error) =>
        error !== choice &&
        isWithin(error.instancePath, choice.instancePath) &&
        places.some((place) => error.schemaPath.startsWith(place)),
    );
  });
}

function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}
