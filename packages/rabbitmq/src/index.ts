export type { RabbitMQCheckConfig } from "./check/check-config.js";
export { default as RabbitMQCheck } from "./check/rabbitmq-check.js";
export type { Management, RabbitMQBlock, RabbitMQConfig } from "./config/rabbitmq-config.js";
export { RabbitMQ as default } from "./rabbitmq.js";
