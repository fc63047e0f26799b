import type { ServiceDrainReply, ServiceDrainRequest } from "../../src/reporter/service-drains.js";
import type { ServiceRunState } from "../../src/reporter/service-run.js";

/** A service whose port 80 is up and registered, 81 is down, 82 waits for its registry and 83 for its checks. */
export function sampleServices(at: number): readonly ServiceRunState[] {
  const none = { status: "none", since: at, error: null } as const;
  const passed = { passed: true, at, reason: null };
  const failed = { passed: false, at, reason: "refused" };
  const port = { everSettled: true, checks: new Map(), node: null, registration: none };
  return [
    {
      name: "shop",
      discovery: "zk",
      drainedSince: at,
      ports: [
        {
          ...port,
          port: 80,
          verdict: { state: "up", since: at, reason: null },
          node: "app:80",
          registration: { status: "registered", since: at, error: null },
          checks: new Map([["http", { passing: true, since: at, inARow: 4, last: passed }]]),
        },
        {
          ...port,
          port: 81,
          verdict: { state: "down", since: at, reason: "check http: refused" },
          checks: new Map([["http", { passing: false, since: at, inARow: 3, last: failed }]]),
        },
        {
          ...port,
          port: 82,
          verdict: { state: "up", since: at, reason: null },
          node: "app:82",
          registration: { status: "lost", since: at, error: "no answer" },
        },
        {
          ...port,
          port: 83,
          verdict: { state: "starting", since: at, reason: null },
          checks: new Map([["http", { passing: null, since: at, inARow: 0, last: null }]]),
        },
      ],
    },
  ];
}

/** Knows the service shop alone. */
export async function sampleServiceDrain({ service, drained }: ServiceDrainRequest): Promise<ServiceDrainReply> {
  if (service !== "shop") return { done: false, changed: false, message: "there is none" };
  return { done: true, changed: true, message: drained ? "out" : "back" };
}
