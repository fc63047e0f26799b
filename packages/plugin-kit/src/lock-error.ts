/** Marks a LockError across copies of this package. */
export const LOCKED_CODE = "LIGHTHOUSE_LOCKED";

/** Who holds a lock. */
export interface LockHolder {
  /** The instance's name: the base name of its file. */
  readonly name: string;
  /** The configuration directory it belongs to. */
  readonly directory: string;
  readonly pid: number;
}

/** A target that another instance, of this process or another one, keeps in line already. */
export class LockError extends Error {
  override readonly name: string = "LockError";
  readonly code: string = LOCKED_CODE;
  readonly path: string;
  /** Undefined where the holder does not answer. */
  readonly holder: LockHolder | undefined;

  constructor(path: string, holder: LockHolder | undefined) {
    const who =
      holder === undefined
        ? "a process that does not answer (find it with: ss -xlp | grep lighthouse)"
        : `${JSON.stringify(holder.name)} of ${JSON.stringify(holder.directory)}, process ${holder.pid}; stop it, or give this one another target`;
    super(`${path} is kept by ${who}`);
    this.path = path;
    this.holder = holder;
  }
}
