import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { discoveredNames } from "../src/nodes/discovered-names.js";
import { isNodeName } from "../src/nodes/node-name.js";
import { NOBODY_SEEN } from "../src/nodes/presence.js";
import { parseFragment, renderFragment } from "../src/nodes/render-fragment.js";
import { planFragment } from "../src/plan-fragment.js";
import { blockOf, nodeOf } from "./samples.js";

const LINE = /^(#.*|cluster_formation\.[a-z_.]+(nodes\.lh\d+)? = [\w@.-]+|cluster_partition_handling = [a-z_]+|)$/;

describe("the fragment", () => {
  test("is the same text for the same names, whatever their order", async () => {
    const block = blockOf({ expected_size: 3, partition_handling: "pause_minority" });
    const text = renderFragment(["rabbit@mq2", "rabbit@mq1", "rabbit@mq3", "rabbit@mq2"], block);
    expect(text).toBe(renderFragment(["rabbit@mq3", "rabbit@mq2", "rabbit@mq1"], block));
    await expect(text).toMatchFileSnapshot("golden/fragment.golden.conf");
  });

  test("lists what it was rendered from", () => {
    expect(parseFragment(renderFragment(["a@b", "c@d"], blockOf()))).toEqual(["a@b", "c@d"]);
  });

  test("that somebody else wrote is not read", () => {
    expect(parseFragment("cluster_formation.classic_config.nodes.1 = rabbit@mq1\n")).toBeUndefined();
  });

  test("is never empty, and never has a name that is none", () => {
    expect(() => renderFragment([], blockOf())).toThrow("no list of Erlang nodes");
    expect(() => renderFragment(["a@b\nlisteners.tcp.1 = 1"], blockOf())).toThrow("no list of Erlang nodes");
  });
});

describe("a node's name", () => {
  test.each<readonly [unknown, string]>([
    ["a@b\nlisteners.tcp.default = 1", "newline"],
    ["a@b = c", "an equals sign"],
    ["a b@c", "a space"],
    ["-n@host", "an option's beginning"],
    ["a@-host", "a host like an option"],
    ["rabbit@müller", "unicode"],
    [`rabbit@${"x".repeat(300)}`, "300 characters"],
    ["rabbit", "no host"],
    ["a@b@c", "two at signs"],
    ["", "nothing"],
    [5, "a number"],
    [null, "null"],
    [["a@b"], "a list"],
    ["$(touch x)@host", "a shell's command"],
  ])("%j is none (%s), and is left out with a reason", (name, _why) => {
    const { brokers, dropped } = discoveredNames([nodeOf(name, 1)], "{host}");
    // Metadata that says nothing leaves the name to the template, which gives none here.
    expect([...brokers.keys()]).toEqual([]);
    expect(dropped).toHaveLength(1);
    expect(dropped[0]).toMatch(/^mq-1\.example\.com:5672 is left out: .{1,90} is no Erlang node's name$/);
  });

  test.each([
    ["rabbit@{shorthost}", "rabbit@mq-1"],
    ["rabbit@{host}", "rabbit@mq-1.example.com"],
    ["rabbit@{ip}", "rabbit@127.0.0.1"],
    ["RABBIT_2@{shorthost}", "RABBIT_2@mq-1"],
  ])("comes from the template %s where metadata does not say it", (template, name) => {
    const node = { ...nodeOf("", 1), metadata: {} };
    expect([...discoveredNames([node], template).brokers.keys()]).toEqual([name]);
  });

  test("that two nodes have counts once", () => {
    const { brokers, dropped } = discoveredNames([nodeOf("a@b", 1), nodeOf("a@b", 2)], "x@{host}");
    expect([...brokers.keys()]).toEqual(["a@b"]);
    expect(dropped).toEqual([]);
  });
});

test("whatever discovery says, every line of the fragment is one of ours and this broker is in it", () => {
  const names = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.stringMatching(/^[a-z@\n=]{1,20}$/),
    fc.constantFrom("rabbit@mq1", "rabbit@mq2", "self@here", "x@y\nz = 1"),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.array(names, { maxLength: 8 }), fc.boolean(), (found, isKnown) => {
      const { brokers } = discoveredNames(
        found.map((name, index) => nodeOf(name, index)),
        "rabbit@{shorthost}",
      );
      const text = planFragment({
        self: "self@here",
        block: blockOf({ seeds: ["seed@here"], expected_size: 3 }),
        discovered: isKnown ? [...brokers.keys()] : null,
        members: null,
        presence: NOBODY_SEEN,
        keepAbsentMs: 0,
        listed: undefined,
      });
      for (const line of text.split("\n")) expect(line).toMatch(LINE);
      const listed = parseFragment(text) ?? [];
      expect(listed).toContain("self@here");
      expect(listed).toContain("seed@here");
      expect(listed.every(isNodeName)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
