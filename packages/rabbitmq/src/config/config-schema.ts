import type { JsonSchema } from "@lighthouse-sd/core";
import { NODE_NAME_PATTERN } from "../nodes/node-name.js";

const NO_CONTROLS = "^[^\\u0000-\\u001f\\u007f]+$";

/** An Erlang node's name. */
export const NODE_NAME: JsonSchema = {
  type: "string",
  pattern: NODE_NAME_PATTERN,
  maxLength: 255,
  expects: "an Erlang node's name such as rabbit@mq1",
};

const COMMAND: JsonSchema = {
  type: "array",
  minItems: 1,
  items: { type: "string", pattern: NO_CONTROLS, expects: "a program, or one of its arguments" },
  expects: "a list: a program, and arguments before all others",
};

/** Of balancers/<name>.yaml. */
export const configSchema: JsonSchema = {
  type: "object",
  required: ["config_file"],
  additionalProperties: false,
  properties: {
    config_file: {
      type: "string",
      pattern: "^/[^\\u0000-\\u001f\\u007f]*[^/\\u0000-\\u001f\\u007f]\\.conf$",
      expects: "an absolute path that ends in .conf",
      description: "The fragment that the broker reads at its boot, in its conf.d.",
    },
    nodename: {
      type: "string",
      default: "rabbit@{shorthost}",
      description: "The Erlang node of a member, with {host}, {shorthost} or {ip} in it.",
    },
    self: { ...NODE_NAME, description: "The Erlang node of the broker on this host." },
    command: { ...COMMAND, default: ["rabbitmqctl"], description: "rabbitmqctl, with arguments before all others." },
    queues_command: {
      ...COMMAND,
      default: ["rabbitmq-queues"],
      description: "rabbitmq-queues, with arguments before all others.",
    },
    environment: {
      type: "object",
      propertyNames: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$", expects: "the name of an environment variable" },
      additionalProperties: { type: "string" },
      default: {},
      description: "Added to the environment of both commands.",
    },
    management: {
      type: "object",
      required: ["url", "username", "password_file"],
      additionalProperties: false,
      description: "The management API of the broker on this host.",
      properties: {
        url: {
          type: "string",
          pattern: "^https?://[^/@\\s?#]+/?$",
          expects: "a URL such as http://127.0.0.1:15672, without a user, password or path",
        },
        username: { type: "string", pattern: "^[^:\\u0000-\\u001f\\u007f]+$", expects: "a user's name" },
        password_file: { type: "string", minLength: 1, description: "Holds the password alone." },
      },
    },
    reconcile_interval: { duration: true, default: "30s", description: "Between two looks at the broker." },
    command_timeout: {
      duration: true,
      default: "30s",
      description: "How long one question to the broker may take; a command that changes it four times as long.",
    },
  },
};
