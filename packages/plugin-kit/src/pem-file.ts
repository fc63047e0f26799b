import { readFile } from "node:fs/promises";
import { errnoOf, FileError } from "./file-error.js";
import { READING_HINTS } from "./reading-hints.js";

/** Certificates or a key in PEM, as a file holds them now. Rejects with FileError where it cannot be read or holds nothing
 * in PEM; the error never shows any of it. */
export async function readPemFile(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new FileError(path, "read the certificate or key", error, READING_HINTS[errnoOf(error) ?? ""]);
  }
  if (text.includes("-----BEGIN ")) return text;
  throw new FileError(path, "read the certificate or key", "it holds none in PEM form");
}
