import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePorts } from "./free-port.js";
import { giveToServer, ownDirectories, postgresqlUser } from "./postgresql-user.js";
import { patroniBinary, postgresqlBinary } from "./required-server.js";
import { ServerProcess } from "./server-process.js";
import { waitFor } from "./wait-for.js";

/** How Patroni is run. */
export interface PatroniOptions {
  /** Holds the servers' data and configuration. */
  readonly directory: string;
  /** An etcd, as a client names it: `127.0.0.1:<port>`. */
  readonly etcd: string;
  /** How many servers; the first becomes the primary. */
  readonly members: number;
}

/** PostgreSQL servers that Patroni has made and keeps, on loopback; whoever connects is trusted. */
export interface PatroniCluster {
  readonly members: readonly PatroniMember[];
  /** Makes another member the primary, and waits until it is. */
  switchOver(from: PatroniMember, to: PatroniMember): Promise<void>;
  /** Kills everything. Safe twice. */
  stop(): Promise<void>;
}

/** Starts one and waits until all its standbys stream. */
export async function startPatroni({ directory, etcd, members: count }: PatroniOptions): Promise<PatroniCluster> {
  const [ports, apiPorts] = [await freePorts(count), await freePorts(count)];
  const members = ports.map((port, index) => {
    return new PatroniMember(`p${index + 1}`, { directory, etcd, port, apiPort: apiPorts[index] ?? 0 });
  });
  const stop = async (): Promise<void> => void (await Promise.all(members.map((member) => member.kill())));
  try {
    await startInOrder(members);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    members,
    stop,
    async switchOver(from, to) {
      await from.switchOver(to);
      await to.is("primary");
      await to.streamsTo(from);
    },
  };
}

/** Who comes first makes the database, and the others copy it. */
async function startInOrder([primary, ...standbys]: readonly PatroniMember[]): Promise<void> {
  primary?.start();
  await primary?.is("primary");
  for (const standby of standbys) standby.start();
  for (const standby of standbys) await primary?.streamsTo(standby);
}

/** What Patroni tells of a member, of which more is there. */
interface PatroniState {
  readonly replication?: readonly { readonly application_name: string; readonly state: string }[];
}

interface Place {
  readonly directory: string;
  readonly etcd: string;
  readonly port: number;
  readonly apiPort: number;
}

/** One server and the Patroni that keeps it. */
export class PatroniMember {
  readonly name: string;
  readonly port: number;
  /** Of its unix socket. */
  readonly socketDirectory: string;
  readonly dataDirectory: string;
  readonly #api: string;
  readonly #process: ServerProcess;

  /** Starts nothing. */
  constructor(name: string, place: Place) {
    this.name = name;
    this.port = place.port;
    this.#api = `http://127.0.0.1:${place.apiPort}`;
    this.socketDirectory = join(place.directory, name);
    this.dataDirectory = join(this.socketDirectory, "data");
    ownDirectories(place.directory, this.socketDirectory);
    const file = join(this.socketDirectory, "patroni.json");
    writeFileSync(file, JSON.stringify(this.#configuration(place)), { mode: 0o600 });
    giveToServer(file);
    this.#process = new ServerProcess(patroniBinary(), [file], postgresqlUser());
  }

  #configuration({ etcd, apiPort }: Place): object {
    const [api, server] = [`127.0.0.1:${apiPort}`, `127.0.0.1:${this.port}`];
    const hba = ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"];
    return {
      scope: "patroni",
      name: this.name,
      restapi: { listen: api, connect_address: api },
      etcd3: { host: etcd },
      bootstrap: {
        dcs: { ttl: 60, loop_wait: 1, retry_timeout: 20, postgresql: { use_slots: true } },
        initdb: [{ encoding: "UTF8" }, "no-sync", { auth: "trust" }],
      },
      postgresql: {
        listen: server,
        connect_address: server,
        data_dir: this.dataDirectory,
        bin_dir: dirname(postgresqlBinary("postgres")),
        pgpass: join(this.socketDirectory, "pgpass"),
        authentication: { superuser: { username: "postgres" }, replication: { username: "replicator" } },
        pg_hba: hba,
        parameters: {
          unix_socket_directories: this.socketDirectory,
          shared_buffers: "16MB",
          dynamic_shared_memory_type: "mmap",
          fsync: "off",
        },
      },
    };
  }

  /** Starts it; waits for nothing. */
  start(): void {
    this.#process.start();
  }

  /** Waits until its server has the role. */
  async is(role: "primary" | "replica"): Promise<void> {
    await this.#until(`to be a ${role}`, async () => (await fetch(`${this.#api}/${role}`)).status === 200);
  }

  /** Waits until another member's server streams from this one. */
  async streamsTo({ name }: PatroniMember): Promise<void> {
    await this.#until(`to have ${name} streaming from it`, async () => {
      const { replication = [] } = (await (await fetch(`${this.#api}/patroni`)).json()) as PatroniState;
      return replication.some((standby) => standby.application_name === name && standby.state === "streaming");
    });
  }

  async #until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const holds = (): Promise<boolean> => {
      this.#process.requireRunning();
      return condition();
    };
    const wait = { what: `Patroni's ${this.name} ${what}`, deadlineMs: 50_000, everyMs: 100 };
    await waitFor(holds, wait).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}; its output:\n${this.#process.output}`, { cause: error });
    });
  }

  /** Asks Patroni to hand this primary's place to another member. */
  async switchOver(to: PatroniMember): Promise<void> {
    const body = JSON.stringify({ leader: this.name, candidate: to.name });
    const answer = await fetch(`${this.#api}/switchover`, { method: "POST", body });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`Patroni does not switch over to ${to.name}: ${text}`);
  }

  /** Kills Patroni, then its server. Safe twice. */
  async kill(): Promise<void> {
    // Its output is held by its server too, and the end of that tells that both are gone.
    let isOver = false;
    const ended = this.#process.kill().then(() => {
      isOver = true;
    });
    const isGone = (): boolean => {
      const pid = this.#postmaster();
      if (pid !== undefined) process.kill(pid, "SIGKILL");
      return isOver;
    };
    await waitFor(isGone, { what: `the server of ${this.name} to be gone`, deadlineMs: 30_000 });
    await ended;
  }

  /** The server's process; the file may be older than the process that has its number now. */
  #postmaster(): number | undefined {
    try {
      const [pid] = readFileSync(join(this.dataDirectory, "postmaster.pid"), "utf8").split("\n");
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(this.dataDirectory) ? Number(pid) : undefined;
    } catch {
      return undefined;
    }
  }
}
