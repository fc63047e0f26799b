import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WatchTable } from "../src/session/watch-table.js";
import { FrameReader } from "../src/wire/frame-reader.js";
import { JuteReader } from "../src/wire/jute-reader.js";
import { JuteWriter } from "../src/wire/jute-writer.js";
import { ProtocolError } from "../src/wire/zookeeper-error.js";

const text = fc.string({ unit: "grapheme", maxLength: 50 });

describe("ZooKeeper's encoding", () => {
  it("gives back what was written", () => {
    const values = fc.record({
      int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      long: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      bool: fc.boolean(),
      bytes: fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
      texts: fc.array(text, { maxLength: 20 }),
    });
    fc.assert(
      fc.property(values, ({ int, long, bool, bytes, texts }) => {
        const writer = new JuteWriter();
        const frame = writer
          .int(int)
          .long(long)
          .bool(bool)
          .bytes(bytes)
          .list(texts, (entry) => writer.text(entry))
          .frame();
        const reader = new JuteReader(frame.subarray(4));
        expect(frame.readInt32BE(0)).toBe(frame.length - 4);
        expect([reader.int(), reader.long(), reader.bool()]).toEqual([int, long, bool]);
        expect(reader.bytes().equals(bytes)).toBe(true);
        expect(reader.list(() => reader.text())).toEqual(texts);
        expect(reader.left).toBe(0);
      }),
    );
  });

  it("never reads past the end, whatever was received", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const reader = new JuteReader(Buffer.from(bytes));
        const read = (): void => {
          for (;;) reader.list(() => [reader.text(), reader.bytes(), reader.long(), reader.bool()]);
        };
        // A list without entries takes four bytes: even nothing but zeros comes to an end.
        expect(read).toThrow(ProtocolError);
      }),
    );
  });

  it("comes out of a stream as it was sent, however the stream is cut", () => {
    const sent = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sent, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (bodies, sizes) => {
        const stream = Buffer.concat(
          bodies.map((body) => new JuteWriter().bytes(Buffer.from(body)).frame().subarray(4)),
        );
        const frames = new FrameReader();
        const received: Buffer[] = [];
        for (let at = 0, piece = 0; at < stream.length; piece++) {
          const size = sizes[piece % sizes.length] ?? 1;
          received.push(...frames.push(stream.subarray(at, at + size)));
          at += size;
        }
        expect(received.map((frame) => frame.toString("hex"))).toEqual(
          bodies.map((body) => Buffer.from(body).toString("hex")),
        );
      }),
    );
  });

  it("is not what a web server says", () => {
    expect(() => new FrameReader().push(Buffer.from("HTTP/1.1 400 Bad Request\r\n"))).toThrow(/this is no ZooKeeper/);
  });
});

describe("watches", () => {
  it("tell each listener once, and are used up", () => {
    const table = new WatchTable();
    const told: string[] = [];
    const one = (): void => void told.push("one");
    const other = (): void => void told.push("other");
    table.add("data", "/a", one);
    table.add("data", "/a", one);
    table.add("children", "/a", one);
    table.add("data", "/a", other);
    table.fire({ type: "deleted", path: "/a" });
    table.fire({ type: "deleted", path: "/a" });
    expect([told, table.size]).toEqual([["one", "other"], 0]);
  });

  it.each([
    ["created", ["data", "existence"]],
    ["changed", ["data", "existence"]],
    ["deleted", ["children", "data", "existence"]],
    ["children", ["children"]],
  ] as const)("that fire when a znode is %s", (type, wanted) => {
    const table = new WatchTable();
    const told: string[] = [];
    for (const kind of ["children", "data", "existence"] as const) table.add(kind, "/a", () => void told.push(kind));
    table.fire({ type, path: "/a" });
    expect(told.sort()).toEqual(wanted);
  });

  it("are set anew in requests that every server takes, each watch once", () => {
    const table = new WatchTable();
    for (let index = 0; index < 20_000; index++)
      table.add("data", `/lighthouse/web/app${index}.example.com:8000`, () => {});
    table.add("children", "/lighthouse/web", () => {});
    const paths: string[] = [];
    const requests = table.requests(77n).map((operation) => {
      const writer = new JuteWriter();
      operation.write(writer);
      return writer.frame();
    });
    for (const frame of requests) {
      const reader = new JuteReader(frame.subarray(4));
      expect(reader.long()).toBe(77n);
      for (let kind = 0; kind < 3; kind++) paths.push(...reader.list(() => reader.text()));
    }
    expect(requests.length).toBeGreaterThan(5);
    expect(Math.max(...requests.map(({ length }) => length))).toBeLessThan(140_000);
    expect(new Set(paths).size).toBe(20_001);
    expect(paths).toHaveLength(20_001);
  });
});
