import type { RequestOptions } from "node:http";
import {
  type CallOptions,
  Check,
  type CheckPlugin,
  type CheckTarget,
  formatAddress,
  type JsonSchema,
  type SchemaValidator,
} from "@lighthouse-sd/core";
import { type AcceptedStatus, acceptedStatus } from "./accepted-status.js";
import { askHttp, BODY_LIMIT, type HttpAnswer, type HttpProgress } from "./ask-http.js";
import { CheckFailure, untilDeadline } from "./check-failure.js";
import { configSchema, type HttpCheckConfig, validateConfig } from "./http-config.js";
import { showText } from "./show-text.js";
import { tlsOptions } from "./tls-settings.js";
import { isYes } from "./yes-no.js";

/** Passes where a request is answered with a status, and a body, that are wanted. */
export default class HttpCheck extends Check<HttpCheckConfig> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly validateConfig: SchemaValidator<HttpCheckConfig> = validateConfig;

  #configured: { readonly config: HttpCheckConfig; readonly status: AcceptedStatus } | undefined;

  /** Needs nothing but Node. */
  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig(config: HttpCheckConfig): void {
    this.#configured = { config, status: acceptedStatus(config.status) };
  }

  override async perform(target: CheckTarget, { signal }: CallOptions): Promise<boolean> {
    if (this.#configured === undefined) throw new Error(`check "${this.context.name}" was used before applyConfig`);
    const { config, status } = this.#configured;
    const who = `${config.method.toUpperCase()} ${urlOf(config, target)}`;
    const progress: HttpProgress = { stage: "connecting", request: undefined };
    const ask = async (): Promise<HttpAnswer> => {
      const options = await this.#requestOptions(config, target);
      if (signal.aborted) throw new CheckFailure(who, "its time was up before it could connect", signal.reason);
      return askHttp({ options, tls: isYes(config.https), body: config.body, accepts: status.accepts }, progress);
    };
    try {
      const answer = await untilDeadline(who, () => progress.stage, signal, ask);
      const problem = judge(answer, status, config.body);
      if (problem !== undefined) throw new CheckFailure(who, problem);
      return true;
    } finally {
      await closed(progress);
    }
  }

  async #requestOptions(config: HttpCheckConfig, target: CheckTarget): Promise<RequestOptions> {
    const host = config.host ?? authorityOf(config.uri);
    const headers = { ...config.headers, ...(host === undefined ? {} : { Host: host }) };
    const name = host === undefined ? target.host : withoutPort(host);
    const tls = isYes(config.https) ? await tlsOptions(config.tls, name, this.context.directory) : {};
    return { ...tls, ...target, method: config.method.toUpperCase(), path: config.uri, headers };
  }
}

/** What is wrong with an answer; undefined: nothing. */
function judge(answer: HttpAnswer, status: AcceptedStatus, body: string | undefined): string | undefined {
  if (!status.accepts(answer.status)) {
    const reason = answer.reason === "" ? "" : ` ${showText(answer.reason)}`;
    return `wanted status ${status.text}, got ${answer.status}${reason}`;
  }
  if (answer.contains !== false) return undefined;
  return `wanted a body with ${showText(body ?? "")}, not found in its first ${BODY_LIMIT} bytes`;
}

function urlOf(config: HttpCheckConfig, target: CheckTarget): string {
  if (authorityOf(config.uri) !== undefined) return `${config.uri} by ${formatAddress(target.host, target.port)}`;
  return `${isYes(config.https) ? "https" : "http"}://${formatAddress(target.host, target.port)}${config.uri}`;
}

/** `app.example.com` of `app.example.com:8443`, `::1` of `[::1]:80`. */
function withoutPort(authority: string): string {
  const [, bracketed, name] = /^(?:\[([^\]]*)\]|([^:]*))/.exec(authority) ?? [];
  return bracketed ?? name ?? authority;
}

/** The host and port of an absolute URL; undefined for a path. */
function authorityOf(uri: string): string | undefined {
  return /^https?:\/\/([^/?#]*)/.exec(uri)?.[1];
}

async function closed({ request }: HttpProgress): Promise<void> {
  if (request === undefined || request.closed) return;
  await new Promise<void>((resolve) => {
    request.once("close", resolve);
    request.destroy();
  });
}

HttpCheck satisfies CheckPlugin<HttpCheckConfig>;
