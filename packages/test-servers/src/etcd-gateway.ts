import { Agent, request } from "node:http";

/** A key as etcd holds it. */
export interface EtcdKey {
  readonly key: string;
  readonly value: string;
  readonly modRevision: number;
  /** The lease it hangs on; "0": none. */
  readonly lease: string;
}

/** Speaks to one etcd member as an operator does, over its JSON gateway: another way than the clients under test. */
export class EtcdGateway {
  readonly #port: number;
  readonly #agent: Agent = new Agent({ keepAlive: true, maxSockets: 16 });
  #token: string | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  async put(key: string | Buffer, value: string | Buffer): Promise<void> {
    await this.call("kv/put", { key: base64(key), value: base64(value) });
  }

  async delete(key: string | Buffer): Promise<void> {
    await this.call("kv/deleterange", { key: base64(key) });
  }

  async deletePrefix(prefix: string): Promise<void> {
    await this.call("kv/deleterange", { key: base64(prefix), range_end: base64(afterPrefix(prefix)) });
  }

  /** Puts and deletes (a null value) in one revision; at most 128 by etcd's default. */
  async change(values: Readonly<Record<string, string | null>>): Promise<void> {
    const success = Object.entries(values).map(([key, value]) =>
      value === null
        ? { requestDeleteRange: { key: base64(key) } }
        : { requestPut: { key: base64(key), value: base64(value) } },
    );
    await this.call("kv/txn", { success });
  }

  /** All keys that begin with `prefix`. */
  async list(prefix: string): Promise<readonly EtcdKey[]> {
    const answer = await this.call("kv/range", { key: base64(prefix), range_end: base64(afterPrefix(prefix)) });
    return ((answer["kvs"] ?? []) as readonly Record<string, string>[]).map((entry) => ({
      key: text(entry["key"]),
      value: text(entry["value"]),
      modRevision: Number(entry["mod_revision"]),
      lease: entry["lease"] ?? "0",
    }));
  }

  /** Forgets every revision before the newest; returns that. */
  async compact(): Promise<number> {
    const { header } = (await this.call("kv/range", { key: base64("x") })) as { header: { revision: string } };
    await this.call("kv/compaction", { revision: header.revision, physical: true });
    return Number(header.revision);
  }

  /** Asks for names and passwords from now on; this gateway goes on as `root`, password `root`. */
  async enableAuth(): Promise<void> {
    await this.addUser("root", "root");
    await this.call("auth/role/add", { name: "root" });
    await this.call("auth/user/grant", { user: "root", role: "root" });
    await this.call("auth/enable", {});
    await this.logIn();
  }

  async logIn(): Promise<void> {
    const answer = await this.call("auth/authenticate", { name: "root", password: "root" });
    this.#token = String(answer["token"]);
  }

  async addUser(name: string, password: string): Promise<void> {
    await this.call("auth/user/add", { name, password });
  }

  /** Lets `user` read and write what begins with `prefix`, by a role of the user's name. */
  async allow(user: string, prefix: string): Promise<void> {
    await this.call("auth/role/add", { name: user });
    const perm = { permType: "READWRITE", key: base64(prefix), range_end: base64(afterPrefix(prefix)) };
    await this.call("auth/role/grant", { name: user, perm });
    await this.call("auth/user/grant", { user, role: user });
  }

  /** How many requests of each kind this member has been asked over gRPC since it started, the gateway's own included:
   * `Range`, `Txn`, `Watch`, … */
  async requests(): Promise<Readonly<Record<string, number>>> {
    const { body } = await this.#send("GET", "/metrics");
    const lines = body.matchAll(
      /^grpc_server_started_total\{grpc_method="(\w+)",grpc_service="etcdserverpb.*\} (\d+)$/gm,
    );
    return Object.fromEntries([...lines].map(([, method = "", count]) => [method, Number(count)]));
  }

  /** One call of the gateway; rejects with etcd's own words. */
  async call(method: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#send("POST", `/v3/${method}`, JSON.stringify(body));
    const parsed = JSON.parse(answer.body) as Readonly<Record<string, unknown>>;
    if (answer.status !== 200) throw new Error(`etcd, ${method}: ${String(parsed["error"] ?? answer.body)}`);
    return parsed;
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body = ""): Promise<{ readonly status: number; readonly body: string }> {
    const headers = this.#token === undefined ? {} : { authorization: this.#token };
    return new Promise((resolve, reject) => {
      const options = {
        host: "127.0.0.1",
        port: this.#port,
        agent: this.#agent,
        timeout: 20_000,
        method,
        path,
        headers,
      };
      const sent = request(options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.once("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.once("error", reject);
      });
      sent.once("timeout", () => sent.destroy(new Error(`etcd, ${path}: no answer within 20 s`)));
      sent.once("error", reject);
      sent.end(body);
    });
  }
}

function base64(value: string | Buffer): string {
  return Buffer.from(value).toString("base64");
}

function text(value: string | undefined): string {
  return Buffer.from(value ?? "", "base64").toString("utf8");
}

/** The first key behind all that begin with `prefix`. */
function afterPrefix(prefix: string): Buffer {
  const bytes = Buffer.from(prefix);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) + 1, bytes.length - 1);
  return bytes;
}
