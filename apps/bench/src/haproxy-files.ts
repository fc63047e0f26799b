import { join } from "node:path";
import { haproxyBinary } from "@lighthouse-sd/test-servers";

/** The file HAProxy runs on, below a column's directory. */
export const CONFIG_FILE = "run/haproxy.cfg";
/** Its admin socket. */
export const SOCKET_FILE = "run/admin.sock";

/** What is set besides the files' places: enough for HAProxy to pass on http, and to keep a quiet connection. */
const DEFAULTS = ["mode http", "timeout connect 5s", "timeout client 10m", "timeout server 10m"];
/** Has no limit of servers, and gives idle ones their turn one after the other. */
const BACKEND = ["balance leastconn"];

/** balancers/haproxy.yaml of an HAProxy below `directory`. `further`: keys besides. */
export function balancerFile(directory: string, further: Readonly<Record<string, unknown>> = {}): object {
  return {
    config_file: join(directory, CONFIG_FILE),
    socket_file: join(directory, SOCKET_FILE),
    pid_file: join(directory, "run/haproxy.pid"),
    binary: haproxyBinary(),
    bind_address: "127.0.0.1",
    defaults: DEFAULTS,
    ...further,
  };
}

/** The one cluster's file. */
export function clusterFile(discovery: string, port: number): object {
  // Five hundred of five hundred and ten leave at once, and are meant to.
  return { discovery, guard: { max_removal: "100%" }, haproxy: { port, backend: BACKEND } };
}
