/* What the lock file says of a new package. All that it needs stands in the lock file already, as what the templates are
 * tested with: it is taken from there, so that nothing else moves and no registry is asked. */

const TEMPLATES = "packages/create-plugin";

/** The lock file's text with a package at `packages/<name>` that needs what `manifest` says. */
export function lockNewPackage(text, name, manifest) {
  const tested = new Map(entriesOf(importer(text, TEMPLATES)));
  const groups = ["dependencies", "devDependencies"].flatMap((group) => {
    const names = Object.keys(manifest[group] ?? {}).sort();
    return names.length === 0 ? [] : [`    ${group}:\n`, ...names.map((needed) => entry(needed, tested.get(needed)))];
  });
  return withImporter(text, `packages/${name}`, `  packages/${name}:\n${groups.join("")}\n`);
}

/** The lock file's text with `packageName`, which lies at `packages/<name>`, among what the package at `path` needs. */
export function lockDependency(text, path, { name, packageName }) {
  const block = importer(text, path);
  const link = `        specifier: workspace:*\n        version: link:../../packages/${name}\n`;
  const [, head, body, rest] = /^(.*?\n {4}dependencies:\n)((?: {6}[^\n]*\n)+)(.*)$/s.exec(block);
  const entries = [...entriesOf(body), [packageName, link]].sort(([a], [b]) => (a < b ? -1 : 1));
  return text.replace(block, () => head + entries.map(([needed, lines]) => entry(needed, lines)).join("") + rest);
}

function importer(text, path) {
  const start = text.indexOf(`\n  ${path}:\n`) + 1;
  if (start === 0) throw new Error(`pnpm-lock.yaml has nothing of ${path}`);
  return text.slice(start, text.indexOf("\n\n", start) + 2);
}

function entriesOf(block) {
  return [...block.matchAll(/^ {6}(\S.*):\n((?: {8}.*\n)+)/gm)].map(([, needed, lines]) => [
    needed.replaceAll("'", ""),
    lines,
  ]);
}

function entry(needed, lines) {
  if (lines === undefined)
    throw new Error(`the templates are not tested with ${needed}: pnpm-lock.yaml does not have it`);
  return `      ${needed.startsWith("@") ? `'${needed}'` : needed}:\n${lines}`;
}

/** Packages stand in the order of their paths. */
function withImporter(text, path, block) {
  const others = [...text.matchAll(/^ {2}((?:apps|packages)\/\S+):\n/gm)];
  const next = others.find(([, other]) => other > path);
  const end = next?.index ?? text.indexOf("\npackages:\n") + 1;
  return text.slice(0, end) + block + text.slice(end);
}
