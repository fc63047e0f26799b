import { execFile } from "node:child_process";
import { zookeeperClasspath } from "./required-server.js";

/** Runs commands on ZooKeeper's own command line, which shares no code with ours, against a server (`127.0.0.1:<port>`).
 * Resolves with all that it has written. */
export async function zookeeperCli(host: string, commands: readonly string[]): Promise<string> {
  const main = ["-cp", zookeeperClasspath(), "org.apache.zookeeper.ZooKeeperMain"];
  const child = execFile("java", [...main, "-server", host], { timeout: 60_000 });
  let output = "";
  child.stdout?.on("data", (part: string) => {
    output += part;
  });
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  child.stdin?.end(`${[...commands, "quit"].join("\n")}\n`);
  await ended;
  return output;
}
