import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { postgresqlBinary } from "../../packages/test-servers/dist/index.js";

/** Writes one row after another, each on a connection of its own, wherever the service leads, until it is stopped. */
export function startWriter({ service, passfile }) {
  const env = { ...process.env, PGSERVICEFILE: service, PGPASSFILE: passfile };
  const acknowledged = [];
  let [failed, next, marked, stopping] = [0, 0, 0, false];
  const write = async () => {
    next += 1;
    const args = [
      "-XAtq",
      "-d",
      "service=orders-rw user=app dbname=postgres",
      "-c",
      `INSERT INTO written VALUES (${next})`,
    ];
    try {
      await promisify(execFile)(postgresqlBinary("psql"), args, { env, timeout: 10_000 });
      acknowledged.push(next);
    } catch {
      failed += 1;
    }
  };
  const ended = (async () => {
    while (!stopping) {
      await write();
      await pause(20);
    }
  })();
  return {
    acknowledged,
    get failed() {
      return failed;
    },
    /** From here on rows are counted for `sinceMark`. */
    mark: () => {
      marked = acknowledged.length;
    },
    get sinceMark() {
      return acknowledged.slice(marked);
    },
    stop: async () => {
      stopping = true;
      await ended;
    },
  };
}
