import type { Ajv } from "ajv";
import { parseDuration } from "./duration.js";

const DIGITS = /^\d{1,5}$/;

/** Adds the keywords Lighthouse's schemas use beside the standard ones:
 * - `duration: true` — a span of time as `parseDuration` reads it; `duration: "off"` — `off` too;
 * - `port: true` — an integer from 1 to 65535; one in quotes becomes a number;
 * - `expects: "a list of lines"` — changes nothing, words the error of the schema it stands in. */
export function addKeywords(ajv: Ajv): void {
  ajv.addKeyword({ keyword: "expects", schemaType: "string" });
  ajv.addKeyword({
    keyword: "duration",
    errors: false,
    validate: (form: unknown, value: unknown) => {
      const milliseconds = parseDuration(value);
      return milliseconds !== undefined && (milliseconds !== null || form === "off");
    },
  });
  ajv.addKeyword({
    keyword: "port",
    modifying: true,
    errors: false,
    validate: (
      _form: unknown,
      value: unknown,
      _schema?: unknown,
      place?: { parentData?: Record<string | number, unknown>; parentDataProperty: string | number },
    ) => {
      const port = typeof value === "string" && DIGITS.test(value) ? Number(value) : value;
      // At the root of a value there is no place to put the number.
      if (place?.parentData !== undefined) place.parentData[place.parentDataProperty] = port;
      return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65535;
    },
  });
}
