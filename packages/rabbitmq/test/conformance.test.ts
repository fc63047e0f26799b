import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { balancerConformance, checkConformance } from "@lighthouse-sd/conformance";
import {
  type RabbitmqBroker,
  type RabbitmqSite,
  requireServer,
  startRabbitmqSite,
  tempDirectory,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import RabbitMQCheck from "../src/check/rabbitmq-check.js";
import RabbitMQ from "../src/index.js";
import { configBeside, contextIn, managementOf } from "./live-brokers.js";

const LONG_MS = 600_000;
const STEP_MS = 120_000;

if (requireServer("rabbitmq")) {
  let site: RabbitmqSite;
  let broker: RabbitmqBroker;

  beforeAll(async () => {
    site = await startRabbitmqSite();
    // Commands start an epmd where there is none: those with a default configuration are to find ours.
    process.env["ERL_EPMD_PORT"] = String(site.epmdPort);
    broker = await site.broker("mq1");
    await broker.start();
    await broker.serves();
  }, LONG_MS);
  afterAll(() => site.stop(), LONG_MS);

  balancerConformance(
    { describe, it },
    {
      plugin: RabbitMQ,
      exclusive: true,
      single: true,
      metadataKeys: ["rabbitmq_node"],
      block: () => ({ keep_absent: 0, seeds: ["mq1@localhost"] }),
      invalidConfigs: [
        { config: { config_file: "conf.d/90.conf" }, path: "config_file" },
        { config: { config_file: "/etc/rabbitmq/conf.d/90-lighthouse" }, path: "config_file" },
        { config: { config_file: "/x.conf", nodename: "rabbit@{name}" }, path: "nodename" },
        { config: { config_file: "/x.conf", self: "a@b\nc" }, path: "self" },
        { config: { config_file: "/x.conf", command: [] }, path: "command" },
        { config: { config_file: "/x.conf", command: "rabbitmqctl -q" }, path: "command" },
        { config: { config_file: "/x.conf", command_timeout: "2m" }, path: "command_timeout" },
        { config: { config_file: "/x.conf", reconcile_interval: "10ms" }, path: "reconcile_interval" },
        {
          config: { config_file: "/x.conf", management: { url: "x", username: "u", password_file: "p" } },
          path: "management.url",
        },
      ],
      create: async () => {
        const directory = await tempDirectory();
        const config = configBeside(site, broker, {
          config_file: join(directory.path, "90-lighthouse.conf"),
          management: await managementOf(site, broker),
          reconcile_interval: "30s",
        });
        return {
          directory: directory.path,
          config,
          otherConfig: { ...config, config_file: join(directory.path, "nowhere/90-lighthouse.conf") },
          dispose: () => directory.remove(),
        };
      },
    },
  );

  /** Raises the memory alarm, or ends it, and waits until the management API says so. */
  const setFit = async (fit: boolean): Promise<void> => {
    await broker.ctl("set_vm_memory_high_watermark", ...(fit ? ["0.4"] : ["absolute", "1"]));
    const isSo = async (): Promise<boolean> =>
      (await broker.management("nodes?columns=mem_alarm")).includes(String(!fit));
    await waitFor(isSo, { what: `the alarm to be ${fit ? "over" : "raised"}`, deadlineMs: STEP_MS });
  };

  checkConformance(
    { describe, it },
    {
      plugin: RabbitMQCheck,
      answerMs: 30_000,
      invalidConfigs: [
        { config: { managment: {} }, path: "managment" },
        { config: { management: { url: "amqp://x", username: "u", password_file: "p" } }, path: "management.url" },
        { config: { management: { url: "http://u:p@x", username: "u", password_file: "p" } }, path: "management.url" },
      ],
      create: async () => ({
        directory: site.directory,
        target: { host: "127.0.0.1", port: broker.port },
        config: { management: await managementOf(site, broker) },
        setFit,
      }),
    },
  );

  describe("without the management API", () => {
    const ask = (port: number): Promise<boolean> => {
      const check = new RabbitMQCheck(contextIn(site.directory));
      check.applyConfig({});
      return check.perform({ host: "127.0.0.1", port }, { signal: AbortSignal.timeout(STEP_MS) });
    };

    it("a broker that takes clients is fit", async () => {
      expect(await ask(broker.port)).toBe(true);
    });

    it.each([
      ["another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", "does not answer as an AMQP broker does"],
      ["another version of AMQP", "AMQP\0\u0001\0\0", "speaks another version of AMQP than 0-9-1"],
      ["nothing, and closes", "", "closed the connection instead of beginning a session"],
    ])("a server that speaks %s is not, and it is said why", async (_what, answer, reason) => {
      const server = createServer((socket) => socket.on("error", () => undefined).end(answer, "latin1"));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      try {
        await expect(ask(port)).rejects.toThrow(`rabbitmq 127.0.0.1:${port}: ${reason}`);
      } finally {
        server.close();
      }
    });
  });
}
