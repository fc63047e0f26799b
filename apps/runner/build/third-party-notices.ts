import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What esbuild says it has put together: each output with the inputs that are in it, by path from `root`. */
export interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

interface Package {
  readonly directory: string;
  /** Its files that are in the output. */
  readonly files: readonly string[];
}

/** The notices that the licences of packages want to go with every copy of their code, for all that is in `metafile`'s
 * outputs, by package. `apache`: the text of the Apache License 2.0, for packages that only name it. Throws where a
 * package's licence cannot be told. */
export function thirdPartyNotices(metafile: Metafile, root: string, apache: string): string {
  const notices = packagesIn(metafile, root).map((found) => notice(found, apache));
  return [...new Set(notices)].sort().join(`\n${"-".repeat(80)}\n\n`);
}

function packagesIn(metafile: Metafile, root: string): readonly Package[] {
  const found = new Map<string, string[]>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const directory = /^.*node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
      if (directory === undefined || bytesInOutput === 0) continue;
      found.set(directory, [...(found.get(directory) ?? []), join(root, path)]);
    }
  }
  return [...found].map(([directory, files]) => ({ directory: join(root, directory), files }));
}

function notice({ directory, files }: Package, apache: string): string {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const { name, version, license } = manifest as Readonly<Record<string, unknown>>;
  if (typeof license !== "string") throw new Error(`${name} ${version}: its package.json names no licence`);
  const text = ownText(directory) ?? (license.includes("Apache-2.0") ? apache : undefined);
  if (text === undefined) throw new Error(`${name} ${version}: there is no text of its licence (${license})`);
  const parts = [text, ...files.flatMap(licenceAtTop)].map((part) => part.trim());
  return `${name} ${version}\n${license}\n\n${[...new Set(parts)].join("\n\n")}\n`;
}

/** The licence as a file of the package, with its NOTICE, or as the last part of its README. */
function ownText(directory: string): string | undefined {
  const names = readdirSync(directory).sort();
  const own = names.filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  if (own.length > 0) return own.map((name) => readFileSync(join(directory, name), "utf8")).join("\n\n");
  const readme = names.find((name) => /^readme/i.test(name));
  if (readme === undefined) return undefined;
  const [, part] =
    /^#+ *licen[cs]e *\n([^#]*copyright[^#]*)/im.exec(readFileSync(join(directory, readme), "utf8")) ?? [];
  return part;
}

/** The terms that stand at the top of a file that came from elsewhere. */
function licenceAtTop(file: string): readonly string[] {
  const top = /^(\/\/.*\n)+/.exec(readFileSync(file, "utf8"))?.[0];
  if (top === undefined || !/Redistribution and use|Permission is hereby granted/.test(top)) return [];
  return [top.replace(/^\/\/ ?/gm, "")];
}
