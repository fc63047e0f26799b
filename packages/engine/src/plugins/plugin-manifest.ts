import { CONTRACT, describeProblem, isConfigError, type PluginKind, schemaValidator } from "@lighthouse-sd/core";

/** What a package's package.json says of the plugins in it. */
export interface PluginManifest {
  readonly packageName: string;
  readonly version: string;
  readonly plugins: readonly DeclaredPlugin[];
}

/** One entry of `plugins` under `lighthouse-sd` in a package.json. */
export interface DeclaredPlugin {
  readonly kind: PluginKind;
  readonly name: string;
  /** Which entry of the package holds it: `.`, `./check`. */
  readonly export: string;
  /** The contract number of its kind that it was written for. */
  readonly contract: number;
}

/** The fields of a package.json that declare plugins. */
export interface PackageFields {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly "lighthouse-sd"?: unknown;
}

interface Declaration {
  readonly contract: number;
  readonly plugins: readonly {
    readonly kind: string;
    readonly name: string;
    readonly export: string;
    readonly contract?: number;
  }[];
}

const readDeclaration = schemaValidator<Declaration>({
  type: "object",
  required: ["contract", "plugins"],
  properties: {
    contract: { type: "integer", minimum: 0 },
    plugins: {
      type: "array",
      items: {
        type: "object",
        required: ["kind", "name"],
        properties: {
          kind: { type: "string" },
          name: { type: "string", pattern: "^[A-Za-z0-9._-]+$", expects: "a name of letters, digits, dots, _ and -" },
          export: {
            type: "string",
            pattern: "^\\.(/.*)?$",
            default: ".",
            expects: 'an entry of the package such as "." or "./check"',
          },
          contract: { type: "integer", minimum: 0 },
        },
      },
    },
  },
});

/** The plugins that a package.json declares; undefined where it declares none; a text where its declaration cannot be
 * understood. A kind that this engine does not know is left out: it may be one of tomorrow's. An entry's own `contract`
 * stands before the package's, for packages whose kinds are at different numbers. */
export function pluginManifest(fields: PackageFields): PluginManifest | undefined | string {
  const declared = fields["lighthouse-sd"];
  if (declared === undefined) return undefined;
  try {
    const { contract, plugins } = readDeclaration(declared);
    return {
      packageName: String(fields.name),
      version: String(fields.version ?? "without a version"),
      plugins: plugins.flatMap((plugin) =>
        isKind(plugin.kind) ? [{ ...plugin, kind: plugin.kind, contract: plugin.contract ?? contract }] : [],
      ),
    };
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return `"lighthouse-sd" in its package.json: ${error.problems.map(describeProblem).join("; ")}`;
  }
}

function isKind(kind: string): kind is PluginKind {
  return Object.hasOwn(CONTRACT, kind);
}
