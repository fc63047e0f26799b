// npm run docs:keys: writes docs/keys.md, every key of every file, from the schemas that files are checked with. With
// --check it writes nothing, and fails where the file is not what it would write.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyTable } from "./render-keys.mjs";
import { root } from "./run-command.mjs";
import { Failure, green, main, say } from "./terminal.mjs";

const FILE = "docs/keys.md";
const HEAD = `# Every key of every file

Made by \`npm run docs:keys\` from the schemas that files are checked with; \`lighthouse-runner schema <kind>\` prints them
for editors. What the keys are for is told in each package's README. A duration is \`250ms\`, \`30s\`, \`5m\`, \`6h\`, \`1d\`
or a number of seconds. \`<name>\` stands for a name of your choice, \`[]\` for each entry of a list.
`;

await main(async () => {
  const check = process.argv[2] === "--check";
  const text = await renderKeys();
  const file = join(root, FILE);
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text)
    throw new Failure(`${FILE} is not what the schemas say: npm run docs:keys writes it anew`);
  say(`${green("✓")} ${FILE}`);
});

async function renderKeys() {
  const { schema, plugins } = await openBundle();
  const [runner, logging] = [await schema("runner"), await schema("logging")];
  const sections = [
    HEAD,
    `## runner.yaml\n\n${keyTable(runner)}`,
    `## logging.yaml\n\n${keyTable(logging)}`,
    `## clusters/\\<name>.yaml\n\n${await clusterSections(schema, plugins)}`,
    `## services/\\<name>.yaml\n\n${serviceSections(await schema("service"), plugins)}`,
    await instanceSections(schema, plugins, "balancer", "balancers"),
    await instanceSections(schema, plugins, "discovery", "discovery"),
  ];
  return sections.join("\n");
}

/** The blocks of balancers and discoveries stand apart from the keys that every cluster has. */
async function clusterSections(schema, plugins) {
  const cluster = await schema("cluster");
  const blocks = plugins.map(({ name }) => name).filter((name) => cluster.properties[name] !== undefined);
  const own = { ...cluster, properties: without(cluster.properties, blocks) };
  const tables = [...new Set(blocks)].map(
    (name) => `### Its block \`${name}\`\n\n${keyTable(cluster.properties[name])}`,
  );
  return [keyTable(own), ...tables].join("\n");
}

/** What every check's block may have is told once. */
function serviceSections(service, plugins) {
  const { checks } = service.properties;
  const common = Object.keys(checks.additionalProperties.properties);
  const names = plugins.filter(({ kind }) => kind === "check").map(({ name }) => name);
  const own = { ...checks, properties: without(checks.properties, names) };
  const tables = names.map((name) => {
    const block = checks.properties[name];
    const keys = { ...block, properties: without(block.properties, common) };
    const isEmpty = Object.keys(keys.properties).length === 0;
    return `### The check \`${name}\`\n\n${isEmpty ? "It has no keys of its own.\n" : keyTable(keys)}`;
  });
  return [keyTable({ ...service, properties: { ...service.properties, checks: own } }), ...tables].join("\n");
}

async function instanceSections(schema, plugins, kind, folder) {
  const sections = [];
  for (const { name } of plugins.filter((plugin) => plugin.kind === kind)) {
    sections.push(`## ${folder}/\\<name>.yaml of \`${name}\`\n\n${keyTable(await schema(kind, name))}`);
  }
  return sections.join("\n");
}

function without(properties, names) {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

/** The bundle's commands, run here: a process for each would take seconds. */
async function openBundle() {
  const { runProgramLine } = await import(join(root, "packages/engine/dist/index.js"));
  const { BUILT_IN_PLUGINS } = await import(join(root, "apps/runner/dist/index.js"));
  const json = async (...args) =>
    JSON.parse(await written(() => runProgramLine(args, { builtIn: BUILT_IN_PLUGINS, version: "0.0.0" })));
  // Each call listens for a reader that goes away.
  for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);
  const { plugins } = await json("plugins", "--json");
  return { schema: (...args) => json("schema", ...args), plugins: plugins.filter(({ package: of }) => isOurs(of)) };
}

function isOurs(packageName) {
  return packageName.startsWith("@lighthouse-sd/");
}

/** What `action` writes to standard output. */
async function written(action) {
  const { write } = process.stdout;
  let text = "";
  process.stdout.write = (part) => {
    text += part;
    return true;
  };
  try {
    const code = await action();
    if (code !== 0) throw new Error(`the runner ended with ${code}: ${text}`);
    return text;
  } finally {
    process.stdout.write = write;
  }
}
