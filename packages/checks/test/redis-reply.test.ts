import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseReply, type RedisReply } from "../src/redis-reply.js";

describe("a reply", () => {
  test.each<readonly [string, RedisReply | undefined]>([
    ["+PONG\r\n", "PONG"],
    ["-NOAUTH Authentication required.\r\n", { error: "NOAUTH Authentication required." }],
    [":-12\r\n", -12],
    ["$5\r\nhello\r\n", "hello"],
    ["$0\r\n\r\n", ""],
    ["$-1\r\n", null],
    ["*-1\r\n", null],
    ["*0\r\n", []],
    ["*3\r\n$6\r\nmaster\r\n:7\r\n*1\r\n*0\r\n", ["master", 7, [[]]]],
    ["$8\r\nünder\r\n\r\n", "ünder\r\n"],
    ["", undefined],
    ["+PON", undefined],
    ["$5\r\nhell", undefined],
    ["*2\r\n+a\r\n", undefined],
  ])("%j", (text, reply) => {
    expect(parseReply(Buffer.from(text))).toEqual(reply);
  });
});

describe("what can never become a reply is refused as soon as that shows", () => {
  test.each([
    ["HTTP/1.1 400", 'it begins with "HTTP/1.1 400"'],
    ["$70000\r\n", 'it has "70000" where a number from -1 to 65536 must be'],
    ["*many\r\n", 'it has "many" where a number from -1 to 65536 must be'],
    ["$1\r\nab\r\n", "it is longer than it says"],
    ["*1\r\n".repeat(20), "it is nested too deep"],
  ])("%j", (text, message) => {
    expect(() => parseReply(Buffer.from(text))).toThrow(message);
  });
});

test("whatever a server sends, reading it ends: a reply, the beginning of one, or an error", () => {
  const piece = fc.oneof(fc.constantFrom("*", "$", ":", "+", "-", "\r\n", "1", "3", "-1"), fc.string());
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      try {
        parseReply(Buffer.from(pieces.join("")));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message).toMatch(/^it /);
      }
    }),
  );
});

test("any reply is read as it was meant, and not before its last byte", () => {
  const { reply } = fc.letrec<{ reply: RedisReply }>((tie) => ({
    reply: fc.oneof(
      { maxDepth: 3 },
      fc.string({ unit: "binary" }),
      fc.integer(),
      fc.constant(null),
      fc.array(tie("reply"), { maxLength: 4 }),
    ),
  }));
  fc.assert(
    fc.property(reply, fc.nat(), (value, cut) => {
      const bytes = Buffer.from(written(value));
      expect(parseReply(bytes)).toEqual(value);
      expect(parseReply(bytes.subarray(0, cut % bytes.length))).toBeUndefined();
    }),
  );
});

function written(reply: RedisReply): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (typeof reply === "string") return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(written).join("")}`;
  throw new Error("no errors inside");
}
