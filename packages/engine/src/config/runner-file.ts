import {
  ConfigError,
  canonicalIp,
  durationMs,
  type JsonSchema,
  type Problem,
  schemaValidator,
  unusableIp,
} from "@lighthouse-sd/core";
import { parseListenAddress } from "../http/listen-address.js";
import type { RunnerSettings } from "./configuration.js";

/** Of runner.yaml. */
export const RUNNER_SCHEMA: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    http: {
      type: "object",
      additionalProperties: false,
      default: {},
      properties: { listen: { type: "string", default: "127.0.0.1:9470" } },
    },
    state_dir: { type: "string", minLength: 1, expects: "the path of a directory" },
    settle: {
      type: "object",
      additionalProperties: false,
      default: {},
      properties: {
        min: { duration: true, default: "20ms" },
        max: { duration: true, default: "500ms" },
      },
    },
    name: { type: "string", pattern: "^[A-Za-z0-9._-]+$", expects: "a host name" },
    ip: { type: "string", expects: "an IPv4 or IPv6 address" },
    peer_port: { port: true, default: 1024 },
  },
};

const validate = schemaValidator<RunnerSettings>(RUNNER_SCHEMA);

/** The runner's settings, defaults filled in. Throws ConfigError. */
export function readRunnerFile(value: unknown): RunnerSettings {
  const settings = validate(value);
  const problems: Problem[] = [];
  const listen = parseListenAddress(settings.http.listen);
  if (typeof listen === "object" && "wrong" in listen) {
    problems.push({ path: ["http", "listen"], message: listen.wrong });
  }
  if (durationMs(settings.settle.min) > durationMs(settings.settle.max)) {
    const { min, max } = settings.settle;
    problems.push({ path: ["settle", "min"], message: `must not be longer than settle.max (${max}), got ${min}` });
  }
  const ip = settings.ip === undefined ? undefined : canonicalIp(settings.ip);
  const wrong = settings.ip === undefined ? undefined : ip === undefined ? "is no IP address" : unusableIp(ip);
  if (wrong !== undefined) {
    problems.push({ path: ["ip"], message: `must be this host's IPv4 or IPv6 address; ${settings.ip} ${wrong}` });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return ip === undefined ? settings : { ...settings, ip };
}
