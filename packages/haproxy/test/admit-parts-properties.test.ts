import fc from "fast-check";
import { expect, test } from "vitest";
import type { AcceptedInputs } from "../src/check/accepted-inputs.js";
import type { Verdict } from "../src/check/configuration-checker.js";
import type { ClusterPart } from "../src/render/render-cluster.js";
import type { RenderedFile } from "../src/render/render-file.js";
import { admit } from "./admitting.js";
import { config, part } from "./parts.js";

const FILE = "/candidate.cfg";

type Quality = "good" | "bad by line" | "bad by name" | "bad without a hint";

/** A cluster as its YAML says now, and whether it has a last good version. */
interface Item {
  readonly quality: Quality;
  readonly known: boolean;
}

/** HAProxy, with the three ways it has of saying what is wrong; errors with a place hide those without. */
function checkOf(rendered: RenderedFile): Verdict {
  const lines = rendered.text.split("\n");
  const placed = lines.flatMap((text, index) =>
    text.trim() === "option bad-by-line" ? [{ text: "no", file: FILE, line: index + 1 }] : [],
  );
  const named = lines.flatMap((text) => {
    const [, name] = /^ {4}option bad-by-name-(\S+)$/.exec(text) ?? [];
    return name === undefined ? [] : [{ text: `Proxy '${name}': no` }];
  });
  const silent = lines.some((text) => text.trim() === "option bad-without-a-hint");
  const messages = placed.length > 0 ? placed : named;
  if (messages.length > 0) return { ok: false, messages, file: FILE };
  return silent ? { ok: false, messages: [{ text: "no" }], file: FILE } : { ok: true };
}

function wanted(name: string, quality: Quality): ClusterPart {
  const option = quality === "bad by name" ? `bad-by-name-${name}` : quality.replaceAll(" ", "-");
  return part(name, { backend: [`option ${option}`] });
}

const items: fc.Arbitrary<readonly Item[]> = fc.array(
  fc.record({
    quality: fc.constantFrom<Quality>("good", "good", "good", "bad by line", "bad by name", "bad without a hint"),
    known: fc.boolean(),
  }),
  { maxLength: 24 },
);

test("every good part is admitted as wanted, every bad one on its last good version or not at all, in few checks", async () => {
  await fc.assert(
    fc.asyncProperty(items, async (given) => {
      const clusters = given.map(({ quality }, index) => wanted(`c${index}`, quality));
      const lastGood = given.flatMap(({ known }, index) =>
        known
          ? [[`c${index}`, { metaCluster: null, block: part("x", { backend: ["retries 1"] }).block }] as const]
          : [],
      );
      const accepted: AcceptedInputs = { config: config(), clusters: Object.fromEntries(lastGood) };
      const { admitted, complete, problems, checks } = await admit(checkOf, { clusters, accepted });
      const expected = given.flatMap(({ quality, known }, index) => {
        if (quality === "good") return [[`c${index}`, "option good"]];
        return known ? [[`c${index}`, "retries 1"]] : [];
      });
      expect(admitted?.clusters.map(({ name, block }) => [name, block.backend[0]])).toEqual(expected);
      const bad = given.flatMap(({ quality }, index) => (quality === "good" ? [] : [`c${index}`]));
      expect(problems.map(({ cluster }) => cluster).sort()).toEqual(bad.sort());
      expect(complete).toBe(bad.length === 0);
      const silent = given.filter(({ quality }) => quality === "bad without a hint").length;
      // One to accept, one for each kind of hint, and a search among the changed parts for each without.
      const search = 2 + Math.ceil(Math.log2(given.length + 1));
      expect(checks).toBeLessThanOrEqual(3 + silent * (1 + search));
    }),
  );
});
