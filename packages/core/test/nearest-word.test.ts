import { describe, expect, it } from "vitest";
import { formatAddress, formatPath, nearestWord } from "../src/index.js";

describe("nearestWord", () => {
  const words = ["port", "bind_address", "frontend", "backend", "peers"];
  it.each([
    ["prot", "port"],
    ["ports", "port"],
    ["PORT", "port"],
    ["bind_adress", "bind_address"],
    ["bindaddress", "bind_address"],
    ["front_end", "frontend"],
    ["bakcend", "backend"],
    ["peer", "peers"],
    ["weight", undefined],
    ["x", undefined],
    ["", undefined],
  ])("of %j is %j", (word, nearest) => {
    expect(nearestWord(word, words)).toBe(nearest);
  });

  it("is nothing where there are no words", () => {
    expect(nearestWord("port", [])).toBeUndefined();
  });
});

describe("formatPath", () => {
  it.each([
    [[], ""],
    [["haproxy", "frontend", 2, "port"], "haproxy.frontend[2].port"],
    [[0, "a"], "[0].a"],
  ])("of %j is %j", (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});

describe("formatAddress", () => {
  it("puts IPv6 in brackets", () => {
    expect(formatAddress("10.0.0.5", 80)).toBe("10.0.0.5:80");
    expect(formatAddress("2001:db8::1", 80)).toBe("[2001:db8::1]:80");
  });
});
