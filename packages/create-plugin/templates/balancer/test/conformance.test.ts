import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { balancerConformance } from "@lighthouse-sd/conformance";
import { describe, it } from "vitest";
import AcmeBalancer from "../src/index.js";

balancerConformance(
  { describe, it },
  {
    plugin: AcmeBalancer,
    exclusive: true,
    invalidConfigs: [{ config: { file: 5 }, path: "file" }],
    block: (index) => ({ label: `section-${index}` }),
    async create() {
      const directory = await mkdtemp(join(tmpdir(), "acme-"));
      return {
        directory,
        config: { file: "members", check: ["test", "-f", "{file}"], reload: ["true"] },
        otherConfig: { file: "no/such/directory/members" },
        // Stands from before the file is replaced until the reload has succeeded.
        ignore: (path) => path.endsWith(".reload-owed"),
        dispose: () => rm(directory, { recursive: true, force: true }),
      };
    },
  },
);
