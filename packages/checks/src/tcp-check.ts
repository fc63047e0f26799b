import {
  type CallOptions,
  Check,
  type CheckPlugin,
  type CheckTarget,
  type JsonSchema,
  type SchemaValidator,
} from "@lighthouse-sd/core";
import { startTimer } from "@lighthouse-sd/plugin-kit";
import { judgeLine, wantedLine } from "./answer-line.js";
import { CheckFailure } from "./check-failure.js";
import { type Conversation, converse } from "./conversation.js";
import { showText } from "./show-text.js";
import { configSchema, type TcpCheckConfig, validateConfig } from "./tcp-config.js";
import { tlsOptions } from "./tls-settings.js";

/** An answer without a line end counts as whole when nothing follows it for this long, in milliseconds: ZooKeeper's
 * `imok` has none, and not every server closes after its answer. */
const QUIET_MS = 100;

/** Passes where a service accepts a connection and, if asked for, answers a query with a certain line. */
export default class TcpCheck extends Check<TcpCheckConfig> {
  static readonly configSchema: JsonSchema = configSchema;
  static readonly validateConfig: SchemaValidator<TcpCheckConfig> = validateConfig;

  #config: TcpCheckConfig = {};

  /** Needs nothing but Node. */
  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig(config: TcpCheckConfig): void {
    this.#config = config;
  }

  override perform(target: CheckTarget, { signal }: CallOptions): Promise<boolean> {
    const { query, response, tls } = this.#config;
    const options = tls === undefined ? {} : { tls: () => tlsOptions(tls, target.host, this.context.directory) };
    return converse({ check: "tcp", target, signal, ...options }, async (conversation, who) => {
      if (query !== undefined) conversation.send(query);
      if (response !== undefined) await expectLine(conversation, who, wantedLine(response));
      return true;
    });
  }
}

async function expectLine(conversation: Conversation, who: string, wanted: string): Promise<void> {
  let received = Buffer.alloc(0);
  for (;;) {
    const next = conversation.read();
    const couldBeWhole = judgeLine(received.toString(), false, wanted) === "matches so far";
    if (couldBeWhole && (await isQuiet(next))) return;
    const bytes = await next;
    if (bytes !== null) received = Buffer.concat([received, bytes]);
    const verdict = judgeLine(received.toString(), bytes === null, wanted);
    if (verdict === "matches") return;
    if (verdict === "differs") {
      const found =
        received.length === 0 ? "the server closed the connection without one" : `got ${showText(received.toString())}`;
      throw new CheckFailure(who, `wanted the answer ${showText(wanted)}, ${found}`);
    }
  }
}

/** Whether nothing comes for a while. */
async function isQuiet(next: Promise<unknown>): Promise<boolean> {
  let callOff = (): void => undefined;
  const quiet = new Promise<boolean>((resolve) => {
    callOff = startTimer(QUIET_MS, () => resolve(true));
  });
  try {
    return await Promise.race([next.then(() => false), quiet]);
  } finally {
    callOff();
  }
}

TcpCheck satisfies CheckPlugin<TcpCheckConfig>;
