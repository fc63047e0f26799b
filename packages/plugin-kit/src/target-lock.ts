import { createHash } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { FileError } from "./file-error.js";
import { LockError, type LockHolder } from "./lock-error.js";
import { realTarget } from "./real-target.js";

const ANSWER_WAIT_MS = 1000;
const LONGEST_ANSWER = 16_384;
/** A holder may let go between our try and our question. */
const TRIES = 5;

/** A target that this instance alone keeps in line. */
export interface TargetLock {
  /** Lets go. Safe twice. */
  release(): Promise<void>;
}

/** Makes `holder` the only one who keeps the file `path` in line; rejects with LockError, naming who does already. It
 * is held until `release` or the end of the process, whatever ends it, and keeps no process running. The file need not
 * exist, its directory has to. The lock is an abstract unix socket named by the file's real path (a lock on the file
 * itself would be lost when it is replaced): Linux only, and not seen across network namespaces, so two containers that
 * share a file but not a network do not see each other's. */
export async function lockTarget(path: string, holder: Omit<LockHolder, "pid">): Promise<TargetLock> {
  const name = socketName(await realTarget(path));
  const answer = `${JSON.stringify({ pid: process.pid, name: holder.name, directory: holder.directory })}\n`;
  for (let tries = 1; ; tries++) {
    const lock = await listen(name, answer).catch((error: unknown) => {
      throw new FileError(path, "lock", error, "a lock is an abstract unix socket, which needs Linux");
    });
    if (lock !== undefined) return lock;
    // Twice: neither this process nor the holder may have been able to get on for a moment.
    const other = (await ask(name)) ?? (await ask(name));
    if (other !== "gone" || tries === TRIES) throw new LockError(path, other === "gone" ? undefined : other);
  }
}

function socketName(target: string): string {
  return `\0lighthouse-${createHash("sha256").update(target).digest("hex")}`;
}

/** Undefined: somebody else listens there. */
function listen(name: string, answer: string): Promise<TargetLock | undefined> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.unref());
    socket.on("error", () => socket.destroy()).on("close", () => open.delete(socket));
    socket.end(answer);
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => {
      server.unref();
      resolve({ release: () => close(server, open) });
    });
  });
}

function close(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Who listens there; undefined: it does not say. */
function ask(name: string): Promise<LockHolder | undefined | "gone"> {
  return new Promise((resolve) => {
    const socket = connect(name).setEncoding("utf8").setTimeout(ANSWER_WAIT_MS);
    let text = "";
    const settle = (answer: LockHolder | undefined | "gone"): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n") || text.length > LONGEST_ANSWER) settle(readHolder(text));
    });
    socket.on("timeout", () => settle(undefined));
    socket.on("error", () => settle("gone"));
    socket.on("end", () => settle("gone"));
  });
}

/** Anybody on this host can listen there and answer what they like. */
function readHolder(text: string): LockHolder | undefined {
  try {
    const { pid, name, directory } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== "number" || typeof name !== "string" || typeof directory !== "string") return undefined;
    return { pid, name, directory };
  } catch {
    return undefined;
  }
}
