import { balancerConformance } from "@lighthouse-sd/conformance";
import { type NginxServer, prepareNginx, requireServer, tempDirectory } from "@lighthouse-sd/test-servers";
import { describe, it } from "vitest";
import NginxBalancer from "../src/index.js";

/** An nginx that serves something of its own, so that it runs before there are any upstreams. */
async function startNginx(): Promise<{ readonly nginx: NginxServer; readonly remove: () => Promise<void> }> {
  const directory = await tempDirectory("lhng");
  const nginx = await prepareNginx({ directory: directory.path, http: ["server { listen 127.0.0.1:%PORT%; }"] });
  await nginx.start();
  return {
    nginx,
    async remove() {
      await nginx.stop();
      await directory.remove();
    },
  };
}

if (requireServer("nginx")) {
  balancerConformance(
    { describe, it },
    {
      plugin: NginxBalancer,
      exclusive: true,
      invalidConfigs: [
        { config: {}, path: "" },
        { config: { directory: 5 }, path: "directory" },
        { config: { directory: "x", timeout: "soon" }, path: "timeout" },
        { config: { directory: "x", reload: [] }, path: "reload" },
      ],
      block: (index) => ({ upstream: `upstream-${index}`, method: "least_conn", keepalive: 8 }),
      async create() {
        const { nginx, remove } = await startNginx();
        return {
          directory: nginx.upstreams,
          config: { directory: ".", config_file: nginx.configFile, pid_file: nginx.pidFile, reload_interval: "off" },
          otherConfig: { directory: "elsewhere", config_file: "/no/such/nginx.conf" },
          // Stands from before the first file is changed until nginx has loaded them.
          ignore: (path) => path.endsWith(".lighthouse-reload-owed"),
          dispose: remove,
        };
      },
    },
  );
}
