import type { Member } from "../members.js";

/** What the local server says of itself. */
export interface LocalServer {
  readonly inRecovery: boolean;
  readonly systemId: string;
  readonly timeline: number;
  /** A primary: what it has written; a standby: what it has received or replayed. */
  readonly lsn: bigint;
  readonly port: number;
  readonly settings: LocalSettings;
  readonly slots: readonly Slot[];
  readonly senders: readonly Sender[];
  /** True: a standby whose WAL receiver is streaming. */
  readonly isStreaming: boolean;
}

/** How the local server is configured, in its own words. */
export interface LocalSettings {
  readonly port: string;
  readonly hba_file: string;
  readonly config_file: string;
  readonly synchronous_standby_names: string;
  readonly primary_conninfo: string;
  readonly primary_slot_name: string;
  /** MB; -1: no limit. */
  readonly max_slot_wal_keep_size: string;
  readonly shared_preload_libraries: string;
}

/** A physical replication slot. */
export interface Slot {
  readonly name: string;
  readonly active: boolean;
  /** `reserved`, `extended`, `unreserved`, `lost`; null: holds nothing yet. */
  readonly walStatus: string | null;
  /** Bytes of WAL that it holds. */
  readonly retained: number;
}

/** Somebody who receives WAL. */
export interface Sender {
  readonly applicationName: string;
  /** `streaming`, `catchup`, `startup`, `backup`. */
  readonly state: string;
}

/** What another member says of itself. */
export interface Peer {
  readonly member: Member;
  /** Undefined: it does not answer. */
  readonly answer?: PeerAnswer;
  /** Why it does not. */
  readonly error?: string;
}

export interface PeerAnswer {
  readonly systemId: string;
  readonly timeline: number;
  readonly lsn: bigint;
  readonly inRecovery: boolean;
  /** Where our timeline ended by its history; null: ours is none of its ancestors. Undefined: not asked for. */
  readonly fork?: bigint | null;
  /** Whether our slot is there; undefined: it cannot tell. */
  readonly hasSlot?: boolean;
}

/** Something that a person should know, at a place in the cluster's block. */
export interface Notice {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
