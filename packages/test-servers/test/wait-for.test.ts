import { describe, expect, it } from "vitest";
import { waitFor } from "../src/wait-for.js";

describe("waitFor", () => {
  it("gives what the condition gave in the end", async () => {
    const answers = [undefined, null, false, 0];
    await expect(waitFor(() => answers.shift(), { what: "a zero", everyMs: 1 })).resolves.toBe(0);
  });

  it("names what it waited for, and the last error, at the deadline", async () => {
    const refused = (): never => {
      throw new Error("connection refused");
    };
    await expect(waitFor(refused, { what: "the port to open", deadlineMs: 5, everyMs: 1 })).rejects.toThrow(
      "waited 5 ms for the port to open: connection refused",
    );
  });
});
