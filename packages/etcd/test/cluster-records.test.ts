import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type KeyValue, KeyValueSchema } from "../src/api/header_pb.js";
import { type Event, Event_EventType, EventSchema } from "../src/api/watch_pb.js";
import { keysBelow, showKey } from "../src/key-range.js";
import { ClusterRecords } from "../src/watch/cluster-records.js";
import { valueReader } from "../src/watch/record-value.js";

const asText = valueReader("lighthouse");

function entry(key: string, value: string, modRevision: number): KeyValue {
  return create(KeyValueSchema, { key: Buffer.from(key), value: Buffer.from(value), modRevision: BigInt(modRevision) });
}

function put(key: string, value: string, revision: number): Event {
  return create(EventSchema, { type: Event_EventType.PUT, kv: entry(key, value, revision) });
}

function gone(key: string, revision: number): Event {
  const kv = create(KeyValueSchema, { key: Buffer.from(key), modRevision: BigInt(revision) });
  return create(EventSchema, { type: Event_EventType.DELETE, kv });
}

test("after any changes the records are the registry's, and those that did not change are the same objects", () => {
  const change = fc.record({
    key: fc.constantFrom("a", "b", "c", "d"),
    value: fc.option(fc.constantFrom("1", "2", "3"), { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 20 }), (batches) => {
      const [records, registry] = [new ClusterRecords(asText), new Map<string, string>()];
      records.replace([], 1n);
      let revision = 1;
      for (const batch of batches) {
        const before = new Map(records.list().map((record) => [record.source, record]));
        const events = batch.map(({ key, value }) => {
          revision += 1;
          if (value === null) registry.delete(key);
          else registry.set(key, value);
          return value === null ? gone(key, revision) : put(key, value, revision);
        });
        const changed = records.apply(events);
        const list = records.list();
        expect(new Map(list.map(({ source, value }) => [source, value]))).toEqual(registry);
        if (!changed) expect(list).toEqual([...before.values()]);
        const touched = new Set<string>(batch.map(({ key }) => key));
        for (const record of list) if (!touched.has(record.source)) expect(record).toBe(before.get(record.source));
        expect(records.revision).toBe(BigInt(revision));
      }
    }),
  );
});

test("a full list keeps what it shares with the one before, and knows its newest key", () => {
  const records = new ClusterRecords(asText);
  expect([records.revision, records.count, records.newest()]).toEqual([undefined, 0, undefined]);
  records.replace([entry("a", "1", 5), entry("b", "1", 3)], 9n);
  const [a, b] = records.list();
  expect([records.count, records.newest()?.modRevision]).toEqual([2, 5n]);
  records.replace([entry("a", "2", 11), entry("b", "1", 12)], 12n);
  expect(records.list()[0]).not.toBe(a);
  expect(records.list()[1]).toBe(b);
  expect(records.newest()?.modRevision).toBe(12n);
});

test("a list that was handed out stays as it is", () => {
  const records = new ClusterRecords(asText);
  records.replace([entry("a", "1", 1)], 1n);
  const list = records.list();
  records.apply([put("b", "1", 2), gone("a", 3)]);
  expect(list.map(({ source }) => source)).toEqual(["a"]);
});

test.each<[string, unknown]>([
  ['{"Op":0,"Addr":"10.0.0.5:8000","Metadata":null}', { ip: "10.0.0.5", port: "8000", metadata: {} }],
  ['{"Addr":"[2001:db8::1]:80"}', { ip: "2001:db8::1", port: "80", metadata: {} }],
  ['{"Op":0,"Addr":"app1:80","Metadata":{"az":"a"}}', { ip: "app1", port: "80", metadata: { az: "a" } }],
  ['{"Op":0,"Addr":"10.0.0.5:80","Metadata":"blue"}', { ip: "10.0.0.5", port: "80", metadata: { metadata: "blue" } }],
  ['{"Op":0,"Addr":"10.0.0.5"}', { ip: "10.0.0.5", port: undefined, metadata: {} }],
  ['{"Op":1,"Addr":"10.0.0.5:80"}', null],
  ['{"Addr":80}', '{"Addr":80}'],
  ["[]", "[]"],
  ["not json", "not json"],
])("gRPC's %s is read as a node where it is one", (text, value) => {
  expect(valueReader("grpc")(text)).toEqual(value);
});

test("a value that says that there is no node is no record, and one again when it changes", () => {
  const records = new ClusterRecords(valueReader("grpc"));
  records.replace([], 1n);
  expect(records.apply([put("a", '{"Op":1,"Addr":"10.0.0.5:80"}', 2)])).toBe(false);
  expect(records.list()).toEqual([]);
  expect(records.apply([put("a", '{"Op":0,"Addr":"10.0.0.5:80"}', 3)])).toBe(true);
  expect(records.list().length).toBe(1);
  expect(records.apply([put("a", '{"Op":1,"Addr":"10.0.0.5:80"}', 4)])).toBe(true);
  expect(records.apply([gone("a", 5)])).toBe(false);
});

test("no two keys are shown alike, and none with what a terminal would take for something else", () => {
  const bytes = fc.uint8Array({ maxLength: 12 });
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      if (!Buffer.from(one).equals(other)) expect(showKey(one)).not.toBe(showKey(other));
      expect(showKey(one)).not.toMatch(/[\p{C}\p{Z}]/u);
    }),
  );
});

test.each([
  ["/lighthouse/web", "/lighthouse/web/", "/lighthouse/web0"],
  ["/services/greeter//", "/services/greeter/", "/services/greeter0"],
  ["web", "web/", "web0"],
  ["", "/", "0"],
])("the keys below %j are from %s to before %s", (prefix, key, end) => {
  const range = keysBelow(prefix);
  expect([range.shown, Buffer.from(range.key).toString(), Buffer.from(range.end).toString()]).toEqual([key, key, end]);
});
