import type { Network } from "./network.js";

/** A server of a registry that can be made to fail. */
export interface RegistryServer {
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  start(): void | Promise<void>;
  /** Waits until it answers clients. */
  serves(): Promise<void>;
  /** It can write to no file any more, until it is started again. */
  fillDisk(): void;
}

/** Who asks a registry. */
export interface RegistryUser {
  /** The runner goes by `network`, reporters straight to the servers. */
  readonly role: "runner" | "reporter";
  readonly passwordFile: string;
  /** For how long the registry keeps what it does not hear of any more, in seconds. */
  readonly keep: number;
}

/** A registry of three servers with the user `fleet`, password `s3cret`, who reads and writes the cluster web. */
export interface Registry {
  readonly plugin: "etcd" | "zookeeper";
  readonly servers: readonly RegistryServer[];
  /** Between the runner and all servers. */
  readonly network: Network;
  /** `discovery/<plugin>.yaml` */
  discovery(user: RegistryUser): object;
  leader(): Promise<RegistryServer>;
  /** Takes from the user the right to read the cluster, or gives it back. */
  allow(reading: boolean): Promise<void>;
  restartEmpty(): Promise<void>;
  stop(): Promise<void>;
}
