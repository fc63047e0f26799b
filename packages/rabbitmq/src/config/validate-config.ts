import { ConfigError, durationMs, type Problem, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";
import { templateProblem } from "../nodes/node-name.js";
import { configSchema } from "./config-schema.js";
import type { RabbitMQConfig } from "./rabbitmq-config.js";

/** The engine ends a sync after a minute: a question has to be over by then, with time to say so. */
const LONGEST_QUESTION_MS = 45_000;
const SHORTEST_INTERVAL_MS = 1000;

const bySchema: SchemaValidator<RabbitMQConfig> = schemaValidator(configSchema);

/** Checks a balancer's configuration, defaults filled in. */
export function validateConfig(value: unknown): RabbitMQConfig {
  const config = bySchema(value);
  const problems = [...timeProblems(config), ...nodenameProblems(config)];
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function timeProblems(config: RabbitMQConfig): Problem[] {
  const problems: Problem[] = [];
  if (durationMs(config.reconcile_interval) < SHORTEST_INTERVAL_MS) {
    problems.push({ path: ["reconcile_interval"], message: `must be at least 1s, got ${config.reconcile_interval}` });
  }
  const limit = durationMs(config.command_timeout);
  if (limit < 1000 || limit > LONGEST_QUESTION_MS) {
    problems.push({ path: ["command_timeout"], message: `must be from 1s to 45s, got ${config.command_timeout}` });
  }
  return problems;
}

function nodenameProblems({ nodename }: RabbitMQConfig): Problem[] {
  const message = templateProblem(nodename);
  return message === undefined ? [] : [{ path: ["nodename"], message }];
}
