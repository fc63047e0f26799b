import { describe, expect, test } from "vitest";
import type { DnsAnswer, DnsRecord } from "../src/dns-message.js";
import { findRecords } from "../src/find-records.js";

const IP: DnsRecord = { type: "A", name: "app1.test", ttl: 60, ip: "10.0.0.5" };

function alias(name: string, target: string, ttl = 30): DnsRecord {
  return { type: "CNAME", name, ttl, target };
}

function zone(negativeTtl: number): DnsRecord {
  return { type: "SOA", name: "test", ttl: negativeTtl, negativeTtl };
}

function answer(answers: readonly DnsRecord[], code = "NOERROR", authorities: readonly DnsRecord[] = []): DnsAnswer {
  return { code, truncated: false, answers, authorities, additionals: [] };
}

describe("an answer says of app1.test", () => {
  test.each<readonly [string, DnsAnswer, object]>([
    ["its address", answer([IP]), { found: [IP], ttl: 60 }],
    [
      "all of them, for the shortest time",
      answer([IP, { ...IP, ip: "10.0.0.6", ttl: 20 }]),
      { found: [IP, { ...IP, ip: "10.0.0.6", ttl: 20 }], ttl: 20 },
    ],
    ["nothing", answer([{ ...IP, name: "other.test" }]), { none: "NODATA", ttl: undefined }],
    ["that it has no address", answer([], "NOERROR", [zone(9)]), { none: "NODATA", ttl: 9 }],
    ["that it does not exist", answer([], "NXDOMAIN", [zone(9)]), { none: "NXDOMAIN", ttl: 9 }],
    ["that it is an alias, and no more", answer([alias("app1.test", "b.test")]), { alias: "b.test", ttl: 30 }],
    [
      "that it is an alias of what does not exist",
      answer([alias("app1.test", "b.test", 5)], "NXDOMAIN", [zone(9)]),
      { none: "NXDOMAIN", ttl: 5 },
    ],
    [
      "that it is an alias of what has no address",
      answer([alias("app1.test", "b.test")], "NOERROR", [zone(9)]),
      { none: "NODATA", ttl: 9 },
    ],
  ])("%s", (_case, given, wanted) => {
    expect(findRecords(given, "App1.Test.", "A")).toEqual(wanted);
  });
});

test("aliases are followed as far as the answer has them, in any order, for the shortest time on the way", () => {
  const chain = answer([IP, alias("b.test", "app1.test", 7), alias("a.test", "b.test", 90)]);
  expect(findRecords(chain, "a.test", "A")).toEqual({ found: [IP], ttl: 7 });
});

test("a circle of aliases comes to an end", () => {
  const circle = answer([alias("a.test", "b.test"), alias("b.test", "a.test")]);
  expect(findRecords(circle, "a.test", "A")).toMatchObject({ none: "NODATA" });
});
