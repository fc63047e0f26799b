import { freePort, haproxyCommand, requireServer } from "@lighthouse-sd/test-servers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isFullRun, testSeed } from "../src/seeded-random.js";
import { Site } from "../src/site.js";

/** Stands in every hostile string: wherever it turns up, something of the record has come through. */
const MARK = "EVIL";
const RUNS = isFullRun ? 60 : 12;

const good = { host: "good.example.com", ip: "10.0.0.1", port: 8_000 };

const hostileStrings: readonly string[] = [
  `${MARK}\nserver ${MARK} 10.66.66.66:80`,
  `${MARK}\r\nglobal`,
  `${MARK};disable server web/good.example.com:8000`,
  `${MARK} weight 0`,
  `${MARK}#comment`,
  `"${MARK}`,
  `'${MARK}'`,
  `${MARK}\\`,
  `\${${MARK}}`,
  `${MARK}\u0000`,
  `${MARK}\u001b[2J`,
  `${MARK}\u2028`,
  `${MARK}/../../etc`,
  `${MARK}é`,
  MARK.repeat(17_500),
];

/** A record that is hostile in one field, which parseNode must not let through as it is. */
const hostileRecord = fc
  .record({
    field: fc.constantFrom("host", "ip", "port", "peer.name", "peer.ip", "peer.port", "metadata", "key"),
    text: fc.oneof(
      fc.constantFrom(...hostileStrings),
      fc
        .tuple(
          fc.string({ unit: "binary", maxLength: 20 }),
          fc.constantFrom("\n", ";", "#", '"', " ", "\t", "\u0007", "\\", "$("),
          fc.string({ maxLength: 20 }),
        )
        .map(([before, bad, after]) => `${before}${bad}${MARK}${after}`),
    ),
    number: fc.integer({ min: 1, max: 250 }),
  })
  .map(({ field, text, number }) => recordWith(field, text, number));

function recordWith(field: string, text: string, number: number): object {
  const record = { host: `h${number}.example.com`, ip: `10.1.0.${number}`, port: 8_000 };
  const peer = { name: "peer.example.com", ip: record.ip, port: 1_024 };
  switch (field) {
    case "peer.name":
      return { ...record, peer: { ...peer, name: text } };
    case "peer.ip":
      return { ...record, peer: { ...peer, ip: text } };
    case "peer.port":
      return { ...record, peer: { ...peer, port: text } };
    case "metadata":
      return { ...record, metadata: { note: text, weight: text, backup: text, drain: text } };
    case "key":
      return { ...record, metadata: { [text]: text } };
    default:
      return { ...record, [field]: text };
  }
}

async function hostileSite(): Promise<Site> {
  const site = await Site.create();
  await site.writeCluster("web", { port: await freePort(), peers: true, backend: ["balance roundrobin"] });
  await site.writeNodes("web", [good]);
  await site.start();
  await site.untilServers("web", [good]);
  return site;
}

/** Nothing of any hostile string, in the file or in the running process. */
async function expectClean(site: Site): Promise<void> {
  const [file, servers, stats] = await Promise.all([
    site.configText(),
    haproxyCommand(site.socket, "show servers state"),
    haproxyCommand(site.socket, "show stat"),
  ]);
  for (const text of [file, servers, stats]) expect(text).not.toContain(MARK);
  for (const line of file.split("\n").filter((text) => /^\s*server\s/.test(text))) {
    expect(line).toMatch(/^\s*server (good|next\d+|h\d+)\.example\.com:8000 10\.\d+\.\d+\.\d+:8000( [\w.-]+)*$/);
  }
}

describe.skipIf(!requireServer("haproxy"))("records of a registry that has turned hostile", () => {
  it(`whatever stands in whatever field, nothing of it reaches file or socket (seed ${testSeed})`, async () => {
    const site = await hostileSite();
    let round = 0;
    const property = fc.asyncProperty(fc.array(hostileRecord, { minLength: 1, maxLength: 40 }), async (records) => {
      // A node that was not there before: once HAProxy has it, the answer with the hostile ones has been dealt with.
      round += 1;
      const next = { host: `next${round}.example.com`, ip: `10.2.${round >> 8}.${round & 255}`, port: 8_000 };
      await site.writeNodes("web", [good, ...records, next]);
      await site.until("the answer to be dealt with", async () =>
        (await site.servers("web"))?.includes(`${next.ip}:8000`),
      );
      expect(await site.servers("web")).toContain("10.0.0.1:8000");
      await expectClean(site);
    });
    await fc.assert(property, { seed: testSeed, numRuns: RUNS, endOnFailure: true });
  });

  it.each([
    {
      what: "a newline and a directive in the host",
      record: recordWith("host", hostileStrings[0] ?? "", 7),
      reason: /host/,
    },
    {
      what: "a semicolon and a command in the host",
      record: recordWith("host", hostileStrings[2] ?? "", 7),
      reason: /host/,
    },
    { what: "a space in the host", record: recordWith("host", `${MARK} x`, 7), reason: /host/ },
    { what: "quotes in the host", record: recordWith("host", `"${MARK}"`, 7), reason: /host/ },
    { what: "# in the host", record: recordWith("host", `${MARK}#`, 7), reason: /host/ },
    { what: "a name for an ip", record: recordWith("ip", `${MARK}.example.com`, 7), reason: /ip/ },
    { what: "port 0", record: { ...good, ip: "10.1.0.7", port: 0 }, reason: /port/ },
    { what: "port 65536", record: { ...good, ip: "10.1.0.7", port: 65_536 }, reason: /port/ },
    {
      what: "70 kB of metadata",
      record: recordWith("metadata", MARK.repeat(17_500), 7),
      reason: /^the entry has more characters than the limit of 65536$/,
    },
    { what: "no object at all", record: [`${MARK}\n`] as object, reason: /object/ },
  ])("$what: that record is quarantined with its reason, the others serve", async ({ record, reason }) => {
    const site = await hostileSite();
    const next = { host: "next1.example.com", ip: "10.2.0.1", port: 8_000 };
    await site.writeNodes("web", [good, record, next]);
    await site.untilServers("web", [good, next]);
    const quarantined = (await site.status()).clusters["web"]?.quarantined ?? [];
    expect(quarantined).toHaveLength(1);
    expect(quarantined[0]?.reason).toMatch(reason);
    expect(quarantined[0]?.source).toContain("web.json");
    await expectClean(site);
  });

  it("a known member whose record turns bad stands at its last good value", async () => {
    const site = await hostileSite();
    const next = { host: "next1.example.com", ip: "10.2.0.1", port: 8_000 };
    await site.writeNodes("web", [{ ...good, metadata: "{" }, next]);
    await site.untilServers("web", [good, next]);
    expect((await site.status()).clusters["web"]?.quarantined).toHaveLength(1);
  });
});
