import { decode } from "dns-packet";
import fc from "fast-check";
import { expect, test } from "vitest";
import { askFor, readAnswer } from "../src/dns-message.js";
import { ServerFailure } from "../src/failures.js";
import { a, reply, soa } from "./odd-server.js";

test("whatever a packet holds, reading it ends: an answer, none of ours, or a failure of the server", () => {
  const question = askFor("web.test", "A");
  const answers = [
    ...a("web.test", 60, "10.0.0.5"),
    { type: "CNAME" as const, name: "x.test", ttl: 1, data: "web.test" },
  ];
  const good = reply(decode(question.bytes), { answers, authorities: [soa(5, 6)] });
  const change = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.nat(good.length), (changes, length) => {
      const bytes = Buffer.from(good.subarray(0, length));
      // The id stays: without it nothing is read at all.
      for (const { at, byte } of changes) if (at >= 2 && at < length) bytes[at] = byte;
      try {
        const answer = readAnswer(bytes, question);
        for (const record of answer?.answers ?? []) expect(record.ttl).toBeGreaterThanOrEqual(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ServerFailure);
      }
    }),
    { numRuns: 2000 },
  );
});

test("a TTL with its highest bit set counts as none", () => {
  const question = askFor("web.test", "A");
  const answer = readAnswer(reply(decode(question.bytes), { answers: a("web.test", 2 ** 31, "10.0.0.5") }), question);
  expect(answer?.answers).toEqual([{ type: "A", name: "web.test", ttl: 0, ip: "10.0.0.5" }]);
});

test("what does not exist holds for the shorter of its zone's two times", () => {
  const question = askFor("web.test", "A");
  const answer = readAnswer(reply(decode(question.bytes), { code: "NXDOMAIN", authorities: [soa(5, 60)] }), question);
  expect(answer?.authorities).toEqual([{ type: "SOA", name: "test", ttl: 5, negativeTtl: 5 }]);
});
