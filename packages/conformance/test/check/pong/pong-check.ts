import { once } from "node:events";
import { connect } from "node:net";
import {
  type CallOptions,
  Check,
  type CheckPlugin,
  type CheckTarget,
  type JsonSchema,
  type SchemaValidator,
  schemaValidator,
} from "@lighthouse-sd/core";

/** A block of this check. */
export interface PongConfig {
  /** What is said to the service. */
  readonly say: string;
}

const configSchema: JsonSchema = {
  type: "object",
  properties: { say: { type: "string", default: "PING", expects: "a word" } },
  additionalProperties: false,
};

/** Passes where a service answers a word with the line `PONG`. */
export default class PongCheck extends Check<PongConfig> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly validateConfig: SchemaValidator<PongConfig> = schemaValidator<PongConfig>(configSchema);

  #say = "";

  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig({ say }: PongConfig): void {
    this.#say = say;
  }

  override async perform({ host, port }: CheckTarget, { signal }: CallOptions): Promise<boolean> {
    signal.throwIfAborted();
    const socket = connect({ host, port, signal });
    try {
      await once(socket, "connect", { signal });
      socket.write(`${this.#say}\n`);
      let answer = "";
      for await (const part of socket) {
        answer += part;
        if (answer.length >= "PONG\n".length) return answer.startsWith("PONG\n");
      }
      throw new Error(`${host}:${port} closed the connection after ${JSON.stringify(answer)}; wanted PONG`);
    } finally {
      socket.destroy();
    }
  }
}

PongCheck satisfies CheckPlugin<PongConfig>;
