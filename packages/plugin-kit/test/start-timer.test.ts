import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startTimer } from "../src/start-timer.js";

/** Two ends of a connection. */
async function connection(): Promise<readonly [Socket, Socket]> {
  const server = createServer();
  onTestFinished(() => void server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [[far]] = await Promise.all([accepted, once(near, "connect")]);
  onTestFinished(() => {
    for (const socket of [near, far]) socket.destroy();
  });
  return [near, far];
}

test("an answer that came while this process stood still is heard before its time is up", async () => {
  const [near, far] = await connection();
  const order: string[] = [];
  const heard = once(near, "data").then(() => order.push("heard"));
  const due = new Promise<void>((resolve) => {
    startTimer(20, () => {
      order.push("due");
      resolve();
    });
  });
  far.write("an answer");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  await Promise.all([heard, due]);
  expect(order).toEqual(["heard", "due"]);
});

test("what is called off when its time is up already is not called", async () => {
  const called: string[] = [];
  const callOff = startTimer(10, () => called.push("called"));
  // Of timers that are due at once, the one that was set first runs first.
  setTimeout(callOff, 10);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  await new Promise<void>((resolve) => startTimer(30, resolve));
  expect(called).toEqual([]);
});
