import { describe, expect, test } from "vitest";
import { serverParameters } from "../src/runtime/server-parameters.js";
import { config, part } from "./parts.js";

const DEFAULTS = ["mode http", "timeout connect 1s", "timeout client 1s", "timeout server 1s"];

function parameters(
  given: { readonly defaults?: readonly string[]; readonly backend?: readonly string[]; readonly options?: string },
  cookie = false,
): ReturnType<typeof serverParameters> {
  const cluster = part("web", { port: 80, backend: given.backend ?? [], server_options: given.options ?? "" });
  return serverParameters(cluster, config({ defaults: [...DEFAULTS, ...(given.defaults ?? [])] }), cookie);
}

describe("a server that is added at run time is given what one in the file inherits", () => {
  test.each<readonly [string, Parameters<typeof parameters>[0], readonly string[]]>([
    ["nothing", {}, []],
    ["its own options", { options: "check inter 2s" }, ["check", "inter", "2s"]],
    ["default-server of the defaults", { defaults: ["default-server maxconn 5"] }, ["maxconn", "5"]],
    ["default-server of the backend", { backend: ["default-server maxconn 6"] }, ["maxconn", "6"]],
    [
      "all of them, the nearest last so that it wins",
      { defaults: ["default-server inter 1s"], backend: ["default-server inter 2s"], options: "inter 3s" },
      ["inter", "1s", "inter", "2s", "inter", "3s"],
    ],
    [
      "several lines of default-server",
      { backend: ["default-server check", "default-server fall 2"] },
      ["check", "fall", "2"],
    ],
    ["no weight, id or init-addr", { options: "weight 5 check id 7 init-addr last,none" }, ["check"]],
    ["quoted words as HAProxy reads them", { options: 'inter "2s" # often' }, ["inter", "2s"]],
  ])("%s", (_name, given, words) => {
    expect(parameters(given)).toMatchObject({ words });
  });

  test.each<readonly [string, string, boolean]>([
    ["check", "check", true],
    ["none", "inter 2s", false],
    ["no-check after check", "check no-check", false],
    ["check after no-check", "no-check check", true],
  ])("it is checked: %s", (_name, options, checks) => {
    expect(parameters({ options })).toMatchObject({ checks });
  });

  test.each<readonly [string, boolean]>([
    ["check", false],
    ["on-marked-down shutdown-sessions", true],
    ["on-marked-down shutdown-sessions on-marked-down shutdown-sessions", true],
  ])("maintenance ends its sessions: %s", (options, maintenanceEndsSessions) => {
    expect(parameters({ options })).toMatchObject({ maintenanceEndsSessions });
  });

  test.each([true, false])("cookie: %s", (cookie) => {
    expect(parameters({}, cookie)).toMatchObject({ cookie });
  });

  test.each([
    ["a separator of commands", 'sni "str(a;b)"'],
    ["a space", "sni str(a\\ b)"],
    ["a newline", "sni str(a\\nb)"],
    ["an angle bracket", "sni <<x"],
  ])("%s in a word: nothing can be added, and the word is named", (_name, options) => {
    expect(parameters({ options })).toMatch(/^the server parameter ".+" cannot be given at run time$/);
  });
});
