import { ConfigError, type JsonSchema, schemaValidator } from "@lighthouse-sd/core";
import { isMapping } from "../is-mapping.js";
import type { LoggingSettings, LogLevel } from "./configuration.js";

/** Of logging.yaml. */
export const LOGGING_SCHEMA: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    level: { enum: ["debug", "info", "warn", "error"], description: "The least that is written. Default: `info`." },
    format: { enum: ["pretty", "json"], description: "For people or for programs. Default: `pretty`." },
  },
};

const validate = schemaValidator<Partial<LoggingSettings>>(LOGGING_SCHEMA);

/** The keys of the dictionary that Python's logging.config takes, which is what Lighthouse 1.0.0 read here. */
const DICT_CONFIG: ReadonlySet<string> = new Set([
  "version",
  "root",
  "handlers",
  "formatters",
  "filters",
  "loggers",
  "disable_existing_loggers",
  "incremental",
]);
const PYTHON_LEVELS: Readonly<Record<string, LogLevel>> = {
  NOTSET: "debug",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  WARNING: "warn",
  ERROR: "error",
  CRITICAL: "error",
  FATAL: "error",
};

/** What logging.yaml says, and a notice where most of it has no meaning here. Throws ConfigError. */
export function readLoggingFile(value: Readonly<Record<string, unknown>>): {
  readonly settings: LoggingSettings;
  readonly notice?: string;
} {
  if (!Object.keys(value).some((key) => DICT_CONFIG.has(key))) {
    const { level, format } = validate(value);
    return { settings: { level, format } };
  }
  const { level, format } = validate(pick(value, ["level", "format"]));
  const root = value["root"];
  const python = isMapping(root) ? pythonLevel(root["level"]) : undefined;
  const used = level === undefined && python !== undefined ? ["root.level"] : [];
  const unused = Object.keys(value).flatMap((key) =>
    key === "root" && isMapping(root)
      ? Object.keys(root).map((inner) => `root.${inner}`)
      : key === "level" || key === "format"
        ? []
        : [key],
  );
  const rest = unused.filter((key) => !used.includes(key)).join(", ");
  const taken = used.length === 0 ? "nothing of it is taken" : `root.level is taken (${python})`;
  const notice = `a Python logging configuration: ${taken}; without meaning here: ${rest}. Write level and format instead`;
  return { settings: { level: level ?? python, format }, notice };
}

function pythonLevel(level: unknown): LogLevel | undefined {
  if (level === undefined || level === null) return undefined;
  if (typeof level === "number") return level < 20 ? "debug" : level < 30 ? "info" : level < 40 ? "warn" : "error";
  const found = PYTHON_LEVELS[String(level).toUpperCase()];
  if (found !== undefined) return found;
  const names = Object.keys(PYTHON_LEVELS).join(", ");
  throw new ConfigError([
    { path: ["root", "level"], message: `must be one of ${names}, got ${JSON.stringify(level)}` },
  ]);
}

function pick(value: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(value, key) ? [[key, value[key]]] : [])));
}
