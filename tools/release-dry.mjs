// npm run release:dry: what the next release would publish, by the changesets that are there. Nothing is changed.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { publicPackages } from "./packed-packages.mjs";
import { mustRun, root } from "./run-command.mjs";
import { bold, dim, main, say } from "./terminal.mjs";

await main(async () => {
  const { releases, changesets } = await plannedReleases();
  const published = new Set(publicPackages().map(({ manifest }) => manifest.name));
  const shown = releases.filter(({ name, type }) => type !== "none" && published.has(name));
  if (shown.length === 0) return say("nothing would be published: there is no changeset");
  for (const { name, oldVersion, newVersion, changesets: ids } of shown) {
    say(`${bold(name.padEnd(30))} ${oldVersion} → ${newVersion}`);
    const summaries = changesets.filter(({ id }) => ids.includes(id)).map(({ summary }) => firstSentence(summary));
    for (const summary of summaries) say(`  ${summary}`);
    if (summaries.length === 0) say(dim("  for what it depends on"));
  }
});

/** What changesets says, which takes a path relative to the working directory alone. */
async function plannedReleases() {
  const directory = mkdtempSync(join(tmpdir(), "lighthouse-release-"));
  try {
    const output = relative(root, join(directory, "status.json"));
    await mustRun(join(root, "node_modules/.bin/changeset"), ["status", `--output=${output}`]);
    return JSON.parse(readFileSync(join(directory, "status.json"), "utf8"));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function firstSentence(summary) {
  return summary.split("\n\n")[0].replaceAll("\n", " ");
}
