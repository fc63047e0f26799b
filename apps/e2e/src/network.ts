import { startTcpProxy, type TcpProxy } from "@lighthouse-sd/test-servers";

/** What lies between one client and every server of a registry. */
export class Network {
  readonly #proxies: readonly TcpProxy[];

  private constructor(proxies: readonly TcpProxy[]) {
    this.#proxies = proxies;
  }

  static async before(servers: readonly { readonly port: number }[]): Promise<Network> {
    return new Network(await Promise.all(servers.map(({ port }) => startTcpProxy({ targetPort: port }))));
  }

  /** The servers, as the client behind this network names them. */
  get hosts(): readonly string[] {
    return this.#proxies.map(({ port }) => `127.0.0.1:${port}`);
  }

  /** A silent partition: connections stand and carry nothing. */
  hang(): void {
    for (const proxy of this.#proxies) proxy.hang();
  }

  /** Resets every connection and refuses new ones. */
  cut(): void {
    for (const proxy of this.#proxies) proxy.cut();
  }

  /** Resets every connection; new ones pass. */
  drop(): void {
    for (const proxy of this.#proxies) proxy.drop();
  }

  async restore(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.restore()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
  }
}
