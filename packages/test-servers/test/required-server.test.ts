import { afterEach, describe, expect, it, vi } from "vitest";
import { haproxyBinary, requireServer } from "../src/required-server.js";

describe("a server that is not there", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it("is a failure in CI, with what to do", () => {
    vi.stubEnv("CI", "true");
    vi.stubEnv("HAPROXY_BIN", "/nowhere/haproxy");
    expect(() => requireServer("haproxy")).toThrow("HAPROXY_BIN=/nowhere/haproxy is not an executable file");
    expect(() => haproxyBinary()).toThrow("HAPROXY_BIN=/nowhere/haproxy");
  });

  it("is a skip elsewhere, and said", () => {
    vi.stubEnv("CI", undefined);
    vi.stubEnv("HAPROXY_BIN", "/nowhere/haproxy");
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(requireServer("haproxy")).toBe(false);
    expect(said).toHaveBeenCalledWith(expect.stringMatching(/^SKIPPED: .*HAPROXY_BIN/));
  });
});

describe("a server that is there", () => {
  it("is the one that HAPROXY_BIN names", () => {
    vi.stubEnv("HAPROXY_BIN", process.execPath);
    expect(requireServer("haproxy")).toBe(true);
    expect(haproxyBinary()).toBe(process.execPath);
    vi.unstubAllEnvs();
  });
});
