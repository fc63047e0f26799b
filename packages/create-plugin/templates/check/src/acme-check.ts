import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type CallOptions, Check, type CheckPlugin, type CheckTarget, type JsonSchema } from "@lighthouse-sd/core";
import { type AcmeConfig, configSchema, validateConfig } from "./acme-config.js";

/** Bytes of an answer that is not a line, after which it is given up. */
const LONGEST_ANSWER = 1024;

/** Passes where a service answers a line with the line that it should. */
export default class AcmeCheck extends Check<AcmeConfig> {
  static readonly configSchema: JsonSchema = configSchema;

  #config: AcmeConfig | undefined;

  /** It needs no program. */
  static async validateDependencies(_options: CallOptions & { readonly config?: AcmeConfig }): Promise<boolean> {
    return true;
  }

  static validateConfig(config: unknown): AcmeConfig {
    return validateConfig(config);
  }

  override applyConfig(config: AcmeConfig): void {
    this.#config = config;
  }

  override async perform({ host, port }: CheckTarget, { signal }: CallOptions): Promise<boolean> {
    const config = this.#config;
    if (config === undefined) throw new Error(`${this.context.name}: no configuration was applied yet`);
    signal.throwIfAborted();
    const socket = connect({ host, port, signal });
    try {
      await once(socket, "connect", { signal });
      socket.write(`${config.say}\n`);
      const answer = await lineFrom(socket);
      if (answer === config.expect) return true;
      throw new Error(`${host}:${port} answered ${JSON.stringify(answer)}; wanted ${JSON.stringify(config.expect)}`);
    } finally {
      socket.destroy();
    }
  }
}

AcmeCheck satisfies CheckPlugin<AcmeConfig>;

/** The first line, without its end; what has come so far where the service ends it, or where it has no end. */
async function lineFrom(socket: Socket): Promise<string> {
  let text = "";
  for await (const part of socket.setEncoding("utf8")) {
    text += part;
    if (text.includes("\n") || text.length > LONGEST_ANSWER) break;
  }
  return (text.split("\n")[0] ?? "").slice(0, LONGEST_ANSWER).replace(/\r$/, "");
}
