/** Marks a FileError across copies of this package. */
export const FILE_ERROR_CODE = "LIGHTHOUSE_FILE";

/** A file that could not be read or written: names the path, the system's error and what to do about it. */
export class FileError extends Error {
  override readonly name: string = "FileError";
  readonly code: string = FILE_ERROR_CODE;
  readonly path: string;
  /** The system's word for it, `EROFS` for one; undefined where the system had no objection and we have. */
  readonly errno: string | undefined;

  constructor(path: string, doing: string, cause: unknown, hint?: string) {
    const errno = errnoOf(cause);
    const reason = errno ?? (cause instanceof Error ? cause.message : String(cause));
    const advice = hint ?? (errno === undefined ? undefined : HINTS[errno]);
    super(`cannot ${doing} ${path}: ${reason}${advice === undefined ? "" : ` (${advice})`}`, { cause });
    this.path = path;
    this.errno = errno;
  }
}

/** The system's word for an error, `ENOENT` for one; undefined where it is none of the system's. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && /^E[A-Z0-9]+$/.test(code) && !code.startsWith("ERR_") ? code : undefined;
}

const HINTS: Readonly<Record<string, string>> = {
  EROFS: "the file system is read-only; under systemd with ProtectSystem name the directory in ReadWritePaths=",
  EACCES:
    "permission denied; give this process's user the right to write to the directory, or under systemd name it in ReadWritePaths=",
  EPERM: "not permitted to this process's user",
  ENOSPC: "no space left on the file system; the old file is untouched",
  EDQUOT: "the disk quota is used up; the old file is untouched",
  ENOENT: "the directory does not exist; create it",
  ENOTDIR: "a part of the path is not a directory",
  ELOOP: "the symbolic links of the path form a loop",
  EBUSY:
    "the file is a mount point and cannot be replaced; mount its directory instead, or allow writing in place (in_place: true)",
  EXDEV: "it lies on another file system than its directory; allow writing in place (in_place: true)",
};
