import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BalancerPlugin } from "@lighthouse-sd/core";
import type { BalancerSubject } from "../../../src/index.js";

/** How a balancer of a members file is tried. */
export function membersSubject(plugin: BalancerPlugin<unknown>): BalancerSubject {
  return {
    plugin,
    async create() {
      const directory = await mkdtemp(join(tmpdir(), "lighthouse-conformance-"));
      return {
        directory,
        config: { path: "members" },
        otherConfig: { path: "no/such/directory/members" },
        dispose: () => rm(directory, { recursive: true, force: true }),
      };
    },
    invalidConfigs: [{ config: { path: 5 }, path: "path" }],
    block: () => ({}),
    exclusive: true,
  };
}
