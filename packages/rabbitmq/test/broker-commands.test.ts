import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tempDirectory } from "@lighthouse-sd/test-servers";
import { expect, onTestFinished, test } from "vitest";
import { BrokerCommands } from "../src/broker/broker-commands.js";

const limits = { signal: new AbortController().signal, timeoutMs: 60_000 };

/** A program that does what `body` says. */
async function program(name: string, body: string): Promise<string> {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  const path = join(directory.path, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

test("arguments are passed as they are, and no shell reads them", async () => {
  const command = [await program("rabbitmqctl", `printf '[%s]' "$@"`), "--longnames"];
  const commands = new BrokerCommands({ command, queues_command: command, environment: {} });
  expect(await commands.ask("a@b", ["join_cluster", "$(touch /tmp/x); c@d"], limits)).toEqual({
    known: true,
    value: "[--longnames][-q][-n][a@b][join_cluster][$(touch /tmp/x); c@d]",
  });
});

test.each([
  ["64", /RabbitMQ is stopped in a@b/, true],
  ["69", /a@b cannot be reached, has another Erlang cookie, or refused/, false],
  ["3", /exit 3/, false],
])("exit %s is no answer, and what was printed is not shown", async (code, reason, appStopped) => {
  const command = [await program("rabbitmqctl", `echo "Erlang cookie hash: 9k1LIu" >&2; exit ${code}`)];
  const answer = await new BrokerCommands({ command, queues_command: command, environment: {} }).ask(
    "a@b",
    ["x"],
    limits,
  );
  expect(answer).toMatchObject({ known: false, reason: expect.stringMatching(reason), appStopped });
  expect(JSON.stringify(answer)).not.toContain("9k1LIu");
});

test("Debian's wrapper for other users is named, with what to do", async () => {
  const command = [await program("rabbitmqctl", `echo "Only root or rabbitmq should run rabbitmqctl"; exit 1`)];
  const commands = new BrokerCommands({ command, queues_command: command, environment: {} });
  await expect(commands.require(limits)).rejects.toThrow(/name \/usr\/lib\/rabbitmq\/bin\/rabbitmqctl/);
});

test("a program that is not there is named", async () => {
  const commands = new BrokerCommands({ command: ["/nowhere/ctl"], queues_command: ["x"], environment: {} });
  await expect(commands.require(limits)).rejects.toThrow(/\/nowhere\/ctl: could not be started/);
});
