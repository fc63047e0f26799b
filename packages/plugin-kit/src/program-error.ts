/** Why a program has no result:
 * - `LIGHTHOUSE_PROGRAM_START`: it could not be started (there is no such program, it is not executable);
 * - `LIGHTHOUSE_PROGRAM_TIMEOUT`: it was killed at its time limit;
 * - `LIGHTHOUSE_PROGRAM_OUTPUT`: it was killed for printing too much;
 * - `LIGHTHOUSE_PROGRAM_ABORTED`: it was killed because the caller's signal aborted. */
export type ProgramErrorCode =
  | "LIGHTHOUSE_PROGRAM_START"
  | "LIGHTHOUSE_PROGRAM_TIMEOUT"
  | "LIGHTHOUSE_PROGRAM_OUTPUT"
  | "LIGHTHOUSE_PROGRAM_ABORTED";

/** A program that could not be started, or was not let finish. */
export class ProgramError extends Error {
  override readonly name: string = "ProgramError";
  readonly code: ProgramErrorCode;
  /** What it had printed until then. */
  readonly stdout: string;
  readonly stderr: string;

  constructor(code: ProgramErrorCode, message: string, details: { cause?: unknown; stdout?: string; stderr?: string }) {
    super(message, { cause: details.cause });
    this.code = code;
    this.stdout = details.stdout ?? "";
    this.stderr = details.stderr ?? "";
  }
}
