/** What a published package may hold beside what it builds. */
const ALLOWED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+\.(js|d\.ts|json)|bin\/[^/]+\.js|systemd\/[^/]+\.service|templates\/.+)$/;
/** A template's tests are for the package that is made from it. */
const TEST = /^(?!templates\/).*\.test\./;
const REQUIRED = ["package.json", "README.md", "LICENSE"];

/** What is wrong with the list of files of a packed package, `package/` before each. */
export function contentProblems(manifest, entries) {
  const files = entries.map((entry) => entry.replace(/^package\//, ""));
  const entryPoints = Object.values(manifest.exports ?? {}).flatMap((entry) => Object.values(entry));
  const commands = Object.values(manifest.bin ?? {});
  const wanted = [...REQUIRED, ...[...entryPoints, ...commands].map((path) => path.replace(/^\.\//, ""))];
  return [
    ...wanted.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...files.filter((file) => !ALLOWED.test(file)).map((file) => `${file} does not belong into a published package`),
    ...files.filter((file) => TEST.test(file)).map((file) => `${file} is a test`),
    ...["description", "license", "engines"].filter((key) => !manifest[key]).map((key) => `package.json has no ${key}`),
  ];
}
