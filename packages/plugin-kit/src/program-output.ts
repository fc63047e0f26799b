import type { Readable } from "node:stream";

/** Gathers what a program prints on both streams, up to `limit` bytes together. */
export class ProgramOutput {
  readonly #streams: readonly Readable[];
  readonly #chunks: readonly Buffer[][];
  #room: number;

  constructor(streams: readonly [stdout: Readable, stderr: Readable], limit: number, onTooMuch: () => void) {
    this.#streams = streams;
    this.#chunks = streams.map(() => []);
    this.#room = limit;
    for (const [index, stream] of streams.entries()) {
      stream.on("data", (chunk: Buffer) => {
        const kept = chunk.subarray(0, this.#room);
        this.#room -= kept.length;
        this.#chunks[index]?.push(kept);
        if (kept.length < chunk.length) onTooMuch();
      });
      // A read error ends the stream; the program's exit says the rest.
      stream.on("error", () => undefined);
    }
  }

  /** What was printed so far. */
  get texts(): { readonly stdout: string; readonly stderr: string } {
    const [stdout = "", stderr = ""] = this.#chunks.map((chunks) => Buffer.concat(chunks).toString("utf8"));
    return { stdout, stderr };
  }

  /** Stops listening, also where a daemon holds the other end. */
  close(): void {
    for (const stream of this.#streams) stream.destroy();
  }
}
