import { ConfigError, type JsonSchema, type Problem, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";
import { type TlsSettings, tlsSchema } from "./tls-settings.js";
import { type YesNo, yesNoSchema } from "./yes-no.js";

/** One status, or a range: `204`, `"200-299"`. */
export type StatusRange = number | string;

/** The block `http` under `checks`. */
export interface HttpCheckConfig {
  /** The request's target: a path with its query, or an absolute URL as proxies take it. */
  readonly uri: string;
  readonly method: string;
  readonly https: YesNo;
  /** The Host header. Undefined: the service's host and port. */
  readonly host?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: StatusRange | readonly StatusRange[];
  /** A text that the answer's body must contain. */
  readonly body?: string;
  readonly tls: TlsSettings;
}

const RANGE = {
  type: ["integer", "string"],
  minimum: 100,
  maximum: 599,
  pattern: "^[1-5][0-9]{2}(?:-[1-5][0-9]{2})?$",
  expects: "a status such as 204 or a range such as 200-299",
};

export const configSchema: JsonSchema = {
  type: "object",
  required: ["uri"],
  additionalProperties: false,
  properties: {
    uri: {
      type: "string",
      pattern: "^(?:/|https?://|\\*$)[!-~]*$",
      expects: "a path such as /health (other characters than ASCII percent-encoded)",
      description: "What is asked for: a path with its query.",
    },
    method: {
      type: "string",
      pattern: "^[A-Za-z]{1,20}$",
      expects: "a method such as GET or HEAD",
      default: "GET",
      description: "The request's method.",
    },
    https: { ...yesNoSchema, default: false, description: "Whether to speak TLS." },
    host: {
      type: "string",
      pattern: "^[A-Za-z0-9._:\\[\\]-]{1,255}$",
      expects: "a host name, with a port where there is one",
      description: "The Host header. Default: the service's host and port.",
    },
    headers: {
      type: "object",
      propertyNames: { pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", expects: "the name of a header" },
      additionalProperties: { type: "string", pattern: "^[\\t -~]*$", expects: "a text of printable ASCII" },
      default: {},
      description: "Further headers of the request.",
    },
    status: {
      type: ["integer", "string", "array"],
      anyOf: [RANGE, { type: "array", minItems: 1, items: RANGE }],
      expects: "a status such as 204, a range such as 200-299, or a list of them",
      default: "200-299",
      description: "The statuses that pass.",
    },
    body: { type: "string", minLength: 1, expects: "a text", description: "A text that the body must contain." },
    tls: { ...tlsSchema, default: {}, description: "How TLS is spoken, with https." },
  },
};

const validate = schemaValidator<HttpCheckConfig>(configSchema);

/** Returns a copy with defaults filled in; throws ConfigError with every problem. */
export const validateConfig: SchemaValidator<HttpCheckConfig> = (value) => {
  const config = validate(value);
  const problems = emptyRanges(config.status);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
};

/** What a schema cannot see. */
function emptyRanges(status: HttpCheckConfig["status"]): readonly Problem[] {
  const isList = typeof status === "object";
  return (isList ? status : [status]).flatMap((range, index) => {
    const [first = "", last = first] = String(range).split("-");
    if (first <= last) return [];
    const path = isList ? ["status", index] : ["status"];
    return [{ path, message: `the range "${range}" is empty: write ${last}-${first}` }];
  });
}
