import { TextDocument } from "vscode-languageserver-textdocument";
import { getLanguageService } from "yaml-language-server";

/** A line that an editor would underline, counted from 1, and what it says of it. */
export interface Underlined {
  readonly line: number;
  readonly message: string;
}

/** The language server remembers documents by their address, whatever is in them. */
let documents = 0;

/** What an editor with the YAML language server (VS Code's, for one) shows of `text` when it is given this JSON Schema. */
export async function underlinedIn(text: string, schema: object): Promise<readonly Underlined[]> {
  const service = getLanguageService({
    schemaRequestService: (uri) => Promise.reject(new Error(`nothing is fetched here: ${uri}`)),
    workspaceContext: { resolveRelativePath: (path) => path },
  });
  const schemas = [{ uri: "lighthouse://schema", fileMatch: ["*.yaml"], schema }];
  service.configure({ validate: true, completion: false, hover: false, schemas });
  documents++;
  const document = TextDocument.create(`file:///file-${documents}.yaml`, "yaml", 1, text);
  const found = await service.doValidation(document, false);
  return found.map(({ range, message }) => ({ line: range.start.line + 1, message }));
}
