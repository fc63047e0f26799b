/** Why a file that is there was not taken. */
export type FileReadErrorCode =
  | "LIGHTHOUSE_NOT_A_FILE"
  | "LIGHTHOUSE_FILE_TOO_LARGE"
  | "LIGHTHOUSE_FILE_NOT_UTF8"
  | "LIGHTHOUSE_FILE_UNSETTLED";

/** A file that is there and cannot be taken. Errors of the system (ENOENT, EACCES) stay what they are. */
export class FileReadError extends Error {
  override readonly name: string = "FileReadError";
  readonly code: FileReadErrorCode;
  readonly path: string;

  constructor(code: FileReadErrorCode, path: string, reason: string) {
    super(`${path} ${reason}`);
    this.code = code;
    this.path = path;
  }
}
