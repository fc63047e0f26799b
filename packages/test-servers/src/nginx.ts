import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { type ListeningServer, untilListening } from "./listening-server.js";
import { nginxBinary } from "./required-server.js";
import { ServerProcess } from "./server-process.js";

/** How an nginx is run. */
export interface NginxOptions {
  /** Holds its configuration, its log and its pid file; what it includes is in `upstreams` below. */
  readonly directory: string;
  /** Lines of its `http` block beside the ones every server has; `%PORT%` stands for its port. */
  readonly http?: readonly string[];
}

/** An nginx with a port of its own. */
export interface NginxServer extends ListeningServer {
  readonly configFile: string;
  readonly pidFile: string;
  /** What is in it as `*.conf` is included in the `http` block. */
  readonly upstreams: string;
  /** Starts it, or starts it again, and waits until it accepts connections. */
  start(): Promise<void>;
}

/** Writes the configuration of an nginx that listens on a free port; starts nothing. */
export async function prepareNginx({ directory, http = [] }: NginxOptions): Promise<NginxServer> {
  const port = await freePort();
  const [configFile, pidFile] = [join(directory, "nginx.conf"), join(directory, "nginx.pid")];
  const upstreams = join(directory, "upstreams");
  await mkdir(upstreams, { recursive: true });
  const own = http.map((line) => `  ${line.replaceAll("%PORT%", String(port))}`);
  const lines = [...everyServer(directory, pidFile), ...own, `  include ${upstreams}/*.conf;`, "}"];
  await writeFile(configFile, `${lines.join("\n")}\n`);
  const server = new ServerProcess(nginxBinary(), ["-c", configFile]);
  return {
    port,
    configFile,
    pidFile,
    upstreams,
    get output() {
      return server.output;
    },
    pause: () => server.pause(),
    resume: () => server.resume(),
    async start() {
      server.start();
      await untilListening(server, "nginx", port);
    },
    // Killed, it would leave its workers behind.
    stop: () => server.kill("SIGTERM"),
  };
}

/** It stays in the foreground, and keeps all that it writes to itself. */
function everyServer(directory: string, pidFile: string): readonly string[] {
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `  ${name}_temp_path ${directory}/${name};`,
  );
  return [
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    "daemon off;",
    "worker_processes 2;",
    `pid ${pidFile};`,
    "error_log stderr notice;",
    "events { worker_connections 512; }",
    "http {",
    "  access_log off;",
    ...places,
  ];
}
