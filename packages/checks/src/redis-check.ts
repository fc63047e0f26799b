import { resolve } from "node:path";
import {
  type CallOptions,
  Check,
  type CheckPlugin,
  type CheckTarget,
  type JsonSchema,
  type SchemaValidator,
} from "@lighthouse-sd/core";
import { readSecretFile } from "@lighthouse-sd/plugin-kit";
import { CheckFailure } from "./check-failure.js";
import { type Conversation, converse } from "./conversation.js";
import { configSchema, type RedisCheckConfig, validateConfig } from "./redis-config.js";
import { parseReply, type RedisReply } from "./redis-reply.js";
import { showText } from "./show-text.js";
import { tlsOptions } from "./tls-settings.js";

/** Passes where a Redis server answers PING with PONG, and has the role that is asked for. */
export default class RedisCheck extends Check<RedisCheckConfig> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly validateConfig: SchemaValidator<RedisCheckConfig> = validateConfig;

  #config: RedisCheckConfig = {};

  /** Needs nothing but Node. */
  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig(config: RedisCheckConfig): void {
    this.#config = config;
  }

  override perform(target: CheckTarget, { signal }: CallOptions): Promise<boolean> {
    const { tls, username, password_file: passwordFile, role } = this.#config;
    const options = tls === undefined ? {} : { tls: () => tlsOptions(tls, target.host, this.context.directory) };
    return converse({ check: "redis", target, signal, ...options }, async (conversation, who) => {
      const session = new Session(conversation, who);
      if (passwordFile !== undefined) {
        const password = await readSecretFile(resolve(this.context.directory, passwordFile));
        await session.logIn(username, password);
      }
      await session.expect(["PING"], "PONG", (reply) => reply);
      if (role !== undefined) await session.expect(["ROLE"], role, roleOf);
      return true;
    });
  }
}

/** The word of an answer to ROLE, as the configuration writes it. */
function roleOf(reply: RedisReply): RedisReply {
  const word = Array.isArray(reply) ? reply[0] : undefined;
  return word === "slave" ? "replica" : (word ?? null);
}

class Session {
  readonly #conversation: Conversation;
  readonly #who: string;
  #received = Buffer.alloc(0);
  #secret: string | undefined;

  constructor(conversation: Conversation, who: string) {
    this.#conversation = conversation;
    this.#who = who;
  }

  async logIn(username: string | undefined, password: string): Promise<void> {
    this.#secret = password;
    const command = username === undefined ? ["AUTH", password] : ["AUTH", username, password];
    await this.expect(command, "OK", (reply) => reply);
  }

  /** Sends a command and compares what `read` makes of the reply with the word that is wanted. */
  async expect(command: readonly string[], wanted: string, read: (reply: RedisReply) => RedisReply): Promise<void> {
    const [name = ""] = command;
    const reply = await this.#ask(command);
    const found = read(reply);
    if (found === wanted) return;
    throw new CheckFailure(
      this.#who,
      `wanted ${wanted} in answer to ${name}, got ${this.#show(isError(reply) ? reply : found)}`,
    );
  }

  async #ask(command: readonly string[]): Promise<RedisReply> {
    this.#conversation.send(`*${command.length}\r\n${command.map(bulk).join("")}`);
    for (;;) {
      const bytes = await this.#conversation.read();
      if (bytes === null)
        throw new CheckFailure(this.#who, `the server closed the connection instead of answering ${command[0]}`);
      this.#received = Buffer.concat([this.#received, bytes]);
      const reply = this.#parse(command[0] ?? "");
      if (reply === undefined) continue;
      // Nothing is sent before the answer to what was sent last: what has come is that answer alone.
      this.#received = Buffer.alloc(0);
      return reply;
    }
  }

  #parse(command: string): RedisReply | undefined {
    try {
      return parseReply(this.#received);
    } catch (error) {
      const found = this.#secret === undefined ? `: ${(error as Error).message}` : "";
      throw new CheckFailure(this.#who, `what came in answer to ${command} is no Redis reply${found}`);
    }
  }

  /** A server that is no Redis, or an old one, may repeat what it did not understand. */
  #show(reply: RedisReply): string {
    if (!isError(reply)) return typeof reply === "string" ? showText(this.#mask(reply)) : "another kind of reply";
    return `the error ${showText(this.#mask(reply.error))}${adviceFor(reply.error)}`;
  }

  #mask(text: string): string {
    return this.#secret === undefined ? text : text.replaceAll(this.#secret, "***");
  }
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

function isError(reply: RedisReply): reply is { readonly error: string } {
  return typeof reply === "object" && reply !== null && "error" in reply;
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^NOAUTH/, "set password_file"],
  [/^WRONGPASS|invalid password/, "see password_file and username"],
  [/^NOPERM/, "allow the user this command"],
];

function adviceFor(error: string): string {
  const advice = ADVICE.find(([pattern]) => pattern.test(error))?.[1];
  return advice === undefined ? "" : `; ${advice}`;
}

RedisCheck satisfies CheckPlugin<RedisCheckConfig>;
