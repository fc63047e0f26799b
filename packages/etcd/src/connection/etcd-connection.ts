import { setMaxListeners } from "node:events";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { Auth } from "../api/auth_pb.js";
import { KV } from "../api/kv_pb.js";
import { Lease } from "../api/lease_pb.js";
import { Watch } from "../api/watch_pb.js";
import type { EtcdHost } from "../config/hosts.js";
import type { Credentials } from "./credentials.js";
import { type EtcdError, etcdError } from "./etcd-fault.js";
import { linkedTo } from "./linked-signal.js";
import { Pulse } from "./pulse.js";

/** Milliseconds within which a member has to answer one call. */
const CALL_MS = 3_000;

/** Who has opened a connection ends it: no timer is needed, and this one would outlive the connection. */
const OPEN_UNTIL_ENDED = { idleConnectionTimeoutMs: Number.POSITIVE_INFINITY };

/** What a call is given: its limits. */
export interface CallLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** A connection to one member, shared by all that is asked of it. */
export class EtcdConnection {
  readonly host: string;
  readonly kv: Client<typeof KV>;
  readonly lease: Client<typeof Lease>;
  readonly watch: Client<typeof Watch>;
  readonly pulse: Pulse;
  readonly #auth: Client<typeof Auth>;
  readonly #session: Http2SessionManager;
  readonly #ended = new AbortController();
  #token: string | undefined;

  /** Opens nothing: the first call does. */
  constructor(host: EtcdHost, tls: Credentials["tls"], random: () => number) {
    this.host = host.shown;
    // Every watch and every call that is under way listens to it.
    setMaxListeners(0, this.#ended.signal);
    this.pulse = new Pulse(this, random);
    const options = host.url.startsWith("https:") ? tls : {};
    this.#session = new Http2SessionManager(host.url, OPEN_UNTIL_ENDED, options);
    const interceptors = [this.#addHeaders()];
    const transport = createGrpcTransport({ baseUrl: host.url, sessionManager: this.#session, interceptors });
    this.kv = createClient(KV, transport);
    this.lease = createClient(Lease, transport);
    this.watch = createClient(Watch, transport);
    this.#auth = createClient(Auth, transport);
  }

  /** Aborts when this connection is of no use any more, with the reason. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Logs in for all later calls; a cluster that asks nobody for a password takes any. */
  async logIn(login: Credentials["login"], signal: AbortSignal): Promise<void> {
    if (login === undefined) return;
    try {
      const what = `let user "${login.name}" in`;
      const { token } = await this.call(what, (limits) => this.#auth.authenticate(login, limits), { signal });
      this.#token = token;
    } catch (error) {
      if (!(error as EtcdError).message.includes("authentication is not enabled")) throw error;
    }
  }

  /** One call with a deadline (default CALL_MS); it ends with this connection and with `signal` too. Rejects with an
   * EtcdError: `what` completes "etcd at <host> did not …". */
  async call<T>(
    what: string,
    run: (limits: Required<CallLimits>) => Promise<T>,
    { signal, timeoutMs = CALL_MS }: CallLimits,
  ): Promise<T> {
    const linked = linkedTo([signal, this.ended]);
    try {
      linked.signal.throwIfAborted();
      return await run({ signal: linked.signal, timeoutMs });
    } catch (error) {
      if (linked.signal.aborted) throw linked.signal.reason;
      throw etcdError(error, this.host, what);
    } finally {
      linked.release();
    }
  }

  /** Ends it: every call that is under way is rejected with `reason`, later ones too. Safe twice. */
  end(reason: Error): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(reason);
    this.#session.abort(reason);
  }

  #addHeaders(): Interceptor {
    return (next) => (request) => {
      // A member without a leader says so instead of waiting, and ends its watches.
      request.header.set("hasleader", "true");
      if (this.#token !== undefined) request.header.set("token", this.#token);
      return next(request);
    };
  }
}
