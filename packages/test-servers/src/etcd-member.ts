import { httpGet } from "./http-request.js";
import { RegistryMember } from "./registry-member.js";
import { etcdBinary } from "./required-server.js";
import { ServerProcess } from "./server-process.js";
import { waitFor } from "./wait-for.js";

/** How one member is run. */
export interface EtcdMemberOptions {
  readonly name: string;
  /** Holds its data. */
  readonly directory: string;
  /** Where clients speak plain HTTP. */
  readonly port: number;
  /** All flags but its name and its data directory. */
  readonly flags: readonly string[];
}

/** A real etcd server, on loopback. */
export class EtcdMember extends RegistryMember {
  constructor({ name, directory, port, flags }: EtcdMemberOptions) {
    const run = (data: string): ServerProcess =>
      new ServerProcess(etcdBinary(), ["--name", name, "--data-dir", data, ...flags]);
    super(port, directory, run);
  }

  /** Starts the process; `serves` tells when it answers clients. `more` are flags for this run alone. */
  start(more: readonly string[] = []): void {
    this.process.start(more);
  }

  /** Waits until it answers clients and knows a leader. */
  async serves(deadlineMs = 60_000): Promise<void> {
    const answers = async (): Promise<boolean> => {
      this.process.requireRunning();
      const { body } = await httpGet({ port: this.port, path: "/health", timeoutMs: 5_000 });
      return body.includes('"true"');
    };
    await waitFor(answers, { what: `etcd on port ${this.port} to serve`, deadlineMs, everyMs: 50 });
  }

  get running(): boolean {
    return this.process.running;
  }
}
