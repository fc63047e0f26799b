/* Tables of the keys of configuration files, from JSON Schemas as `lighthouse-runner schema` prints them. */

/** A table of every key below `schema`, those in `without` left out; `prefix` stands before each. */
export function keyTable(schema, { prefix = "", without = [] } = {}) {
  const rows = keysOf(schema, prefix).filter(({ key }) => !without.includes(key));
  const lines = rows.map(({ key, value, standard, says }) => `| \`${key}\` | ${value} | ${standard} | ${says} |`);
  return ["| key | value | default | |", "|---|---|---|---|", ...lines, ""].join("\n");
}

/** Every key below a schema, in the order of the schema. */
function keysOf(schema, prefix) {
  const required = new Set(schema.required ?? []);
  const named = [...propertiesOf(schema)].flatMap(([name, below]) =>
    keyAndBelow(below, `${prefix}${name}`, required.has(name)),
  );
  const { additionalProperties: others } = schema;
  const isMapping = typeof others === "object" && Object.keys(others).length > 0;
  return isMapping ? [...named, ...keyAndBelow(others, `${prefix}<name>`, false)] : named;
}

function keyAndBelow(schema, key, isRequired) {
  const row = {
    key,
    value: cell(valueText(schema)),
    standard: isRequired ? "required" : defaultText(schema),
    says: cell(schema.description ?? ""),
  };
  const below = [
    ...keysOf(schema, `${key}.`),
    ...(schema.items === undefined ? [] : keysOf(schema.items, `${key}[].`)),
  ];
  // What is below says all that there is to say of a mapping without words of its own.
  return row.says === "" && row.standard === "" && below.length > 0 ? below : [row, ...below];
}

/** Those of its forms too: a key that one of them has is a key. */
function propertiesOf(schema) {
  const forms = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return new Map(forms.toReversed().flatMap(({ properties = {} }) => Object.entries(properties)));
}

/** What may stand there, in words. */
function valueText(schema) {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  const meant = (schema.allOf ?? []).map(({ description }) => description).find((words) => words !== undefined);
  if (meant !== undefined) return meant.replace(" such as 250ms, 30s or 5m", "").replace("; a number is seconds", "");
  const forms = schema.anyOf ?? schema.oneOf;
  if (schema.type === undefined && forms !== undefined) return [...new Set(forms.map(valueText))].join(", or ");
  return (
    [schema.type ?? []]
      .flat()
      .map((type) => typeText(type, schema))
      .join(" or ") || "anything"
  );
}

function typeText(type, { minimum, maximum, items }) {
  if (type === "null") return "nothing";
  if (type === "boolean") return "`true` or `false`";
  if (type === "object") return "a mapping";
  if (type === "array") return items === undefined ? "a list" : `a list; each ${valueText(items)}`;
  if (type === "string") return "text";
  const what = type === "integer" ? "an integer" : "a number";
  if (minimum !== undefined && maximum !== undefined) return `${what} from ${minimum} to ${maximum}`;
  return minimum === undefined ? what : `${what}, ${minimum} or more`;
}

function defaultText({ default: standard }) {
  const isEmpty = standard === undefined || standard === null || standard === "";
  return isEmpty || (typeof standard === "object" && Object.keys(standard).length === 0) ? "" : cell(code(standard));
}

function code(value) {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** A text as it stands in a cell: what looks like a tag outside of code would vanish. */
function cell(text) {
  const parts = text
    .replaceAll("|", "\\|")
    .replaceAll(/\s+/g, " ")
    .split(/(`[^`]*`)/);
  return parts.map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "\\<"))).join("");
}
