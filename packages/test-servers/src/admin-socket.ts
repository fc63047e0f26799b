import { connect } from "node:net";

/** Runs one command on an HAProxy admin socket and gives its answer as it stands, the empty line at its end removed. */
export function haproxyCommand(socketPath: string, command: string, timeoutMs = 5_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(socketPath, () => socket.end(`${command}\n`));
    socket.setEncoding("utf8");
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer to "${command}" within ${timeoutMs} ms`)));
    socket.on("data", (part: string) => {
      answer += part;
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(answer.trimEnd()));
  });
}

/** The fields of `show info`: `Pid`, `Uptime_sec`, `Version`, … */
export async function haproxyInfo(socketPath: string): Promise<Readonly<Record<string, string>>> {
  const answer = await haproxyCommand(socketPath, "show info");
  return Object.fromEntries(
    answer.split("\n").flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
    }),
  );
}

/** One line of `show stat`: a frontend, a backend or a server. */
export interface StatLine {
  readonly proxy: string;
  readonly server: string;
  readonly status: string;
  readonly address: string;
}

/** What `show stat` says, frontends and backends included (their server is `FRONTEND` or `BACKEND`). */
export async function haproxyStats(socketPath: string): Promise<readonly StatLine[]> {
  const [header = "", ...lines] = (await haproxyCommand(socketPath, "show stat", 20_000)).split("\n");
  const names = header.replace(/^# /, "").split(",");
  const column = (name: string): number => names.indexOf(name);
  const [proxy, server, status, address] = [column("pxname"), column("svname"), column("status"), column("addr")];
  return lines.map((line) => {
    const cells = line.split(",");
    const cell = (index: number): string => cells[index] ?? "";
    return { proxy: cell(proxy), server: cell(server), status: cell(status), address: cell(address) };
  });
}
