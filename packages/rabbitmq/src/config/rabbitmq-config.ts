import type { Duration } from "@lighthouse-sd/core";

/** How the management API of the broker on this host is reached. */
export interface Management {
  /** `http://127.0.0.1:15672` */
  readonly url: string;
  /** Of a user with the tag `monitoring`. */
  readonly username: string;
  /** Holds the password alone. */
  readonly password_file: string;
}

/** balancers/rabbitmq.yaml: one broker on this host. */
export interface RabbitMQConfig {
  /** The fragment that the broker reads at its boot: in its conf.d, ending in `.conf`. */
  readonly config_file: string;
  /** The Erlang node of a member, with `{host}`, `{shorthost}` or `{ip}` in it. */
  readonly nodename: string;
  /** The Erlang node of the broker on this host; by default the template on this host's name. */
  readonly self?: string;
  /** `rabbitmqctl`, with arguments before all others. */
  readonly command: readonly string[];
  /** `rabbitmq-queues`, likewise. */
  readonly queues_command: readonly string[];
  /** Added to the environment of both. */
  readonly environment: Readonly<Record<string, string>>;
  /** Without it the broker is asked by `command`. */
  readonly management?: Management;
  /** Between two looks at the broker. */
  readonly reconcile_interval: Duration;
  /** How long one question to the broker may take; four times that for a command that changes it. */
  readonly command_timeout: Duration;
}

/** The block of clusters/<name>.yaml: the cluster this broker belongs to. */
export interface RabbitMQBlock {
  /** Erlang nodes that stand in the fragment always; where there are such, only they may stay alone. */
  readonly seeds: readonly string[];
  /** How many members the cluster has when it is whole. */
  readonly expected_size?: number;
  /** Written to the fragment where it is given. */
  readonly partition_handling?: "ignore" | "pause_minority" | "autoheal";
  /** `blank`: a broker without data that booted alone joins the cluster. */
  readonly join: "never" | "blank";
  /** After a join, put replicas of every quorum queue on this broker. */
  readonly grow_quorum_queues: boolean;
  /** `report`: say when a member could be forgotten, by which command, and what speaks against it. */
  readonly forget: "never" | "report";
  /** How long a member has to be absent before the command is said. */
  readonly forget_after: Duration;
  /** How long a node that is gone from discovery stays in the fragment. */
  readonly keep_absent: Duration;
}
