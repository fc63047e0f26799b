import { describe, expect, test } from "vitest";
import { type Bind, bindsOverlap, formatBind, parseBind } from "../src/config/bind-address.js";

const at = (address: string, first: number, last: number = first): Bind => ({ address, first, last });

describe("the addresses of a bind line", () => {
  test.each<readonly [string, readonly Bind[]]>([
    [":80", [at("*", 80)]],
    ["*:80", [at("*", 80)]],
    ["0.0.0.0:80", [at("*", 80)]],
    ["127.0.0.1:80 ssl crt /x", [at("127.0.0.1", 80)]],
    ["  127.0.0.1:80  ", [at("127.0.0.1", 80)]],
    ["127.0.0.1:8000-8010", [at("127.0.0.1", 8000, 8010)]],
    [":::80", [at("::", 80)]],
    ["[::]:80", [at("::", 80)]],
    ["[::]:80 v6only", [at("::", 80)]],
    ["[::]:80 v4v6", [at("**", 80)]],
    [":80 v4v6", [at("*", 80)]],
    ["[2001:DB8:0:0::1]:443", [at("2001:db8::1", 443)]],
    ["2001:db8::1:443", [at("2001:db8::1", 443)]],
    ["localhost:80", [at("127.0.0.1", 80)]],
    ["ipv6@localhost:80", [at("::1", 80)]],
    ["LB.example.com:80", [at("lb.example.com", 80)]],
    ["ipv4@:80", [at("*", 80)]],
    ["ipv4@127.0.0.1:80", [at("127.0.0.1", 80)]],
    ["ipv6@:80", [at("::", 80)]],
    ["ipv6@*:80", [at("::", 80)]],
    ["ipv6@::1:80", [at("::1", 80)]],
    ["tcp@127.0.0.1:80", [at("127.0.0.1", 80)]],
    ["tcp6@:80", [at("::", 80)]],
    ["127.0.0.1:80,127.0.0.2:81,:::82", [at("127.0.0.1", 80), at("127.0.0.2", 81), at("::", 82)]],
    ["127.0.0.1:80,/run/x.sock", [at("127.0.0.1", 80)]],
    ["/run/x.sock mode 660", []],
    ["unix@/run/x.sock", []],
    ["abns@name", []],
    ["fd@3", []],
    ["quic4@:443 ssl", []],
    ['"$ADDRESS:80"', []],
    ["$ADDRESS:80", []],
    ["constructor:80", [at("constructor", 80)]],
    ["127.0.0.1", []],
    ["", []],
  ])("%j", (text, binds) => {
    expect(parseBind(text)).toEqual(binds);
  });
});

describe("two binds", () => {
  test.each<readonly [string, string, boolean]>([
    ["127.0.0.1:80", "127.0.0.1:80", true],
    ["127.0.0.1:80", "127.0.0.1:81", false],
    ["127.0.0.1:80", "127.0.0.2:80", false],
    ["localhost:80", "127.0.0.1:80", true],
    [":80", "127.0.0.1:80", true],
    [":80", "*:80", true],
    [":80", ":::80", false],
    [":80", "[::]:80 v4v6", true],
    [":::80", "::1:80", true],
    [":::80", "127.0.0.1:80", false],
    ["[::]:80 v4v6", "127.0.0.1:80", true],
    ["[::]:80 v4v6", "::1:80", true],
    [":80", "::1:80", false],
    ["[::1]:80", "[0:0:0:0:0:0:0:1]:80", true],
    ["127.0.0.1:80-90", "127.0.0.1:85", true],
    ["127.0.0.1:80-90", "127.0.0.1:90-95", true],
    ["127.0.0.1:80-90", "127.0.0.1:91", false],
    [":80-90", "127.0.0.1:79", false],
  ])("%s and %s overlap: %s", (first, second, expected) => {
    const [a] = parseBind(first);
    const [b] = parseBind(second);
    if (a === undefined || b === undefined) throw new Error("no bind");
    expect(bindsOverlap(a, b)).toBe(expected);
    expect(bindsOverlap(b, a)).toBe(expected);
  });
});

describe("a bind is shown as people write it", () => {
  test.each([
    [":80", "*:80"],
    ["[::]:80 v4v6", "*:80"],
    [":::80", "[::]:80"],
    ["127.0.0.1:80-90", "127.0.0.1:80-90"],
  ])("%s as %s", (text, shown) => {
    expect(parseBind(text).map(formatBind)).toEqual([shown]);
  });
});
