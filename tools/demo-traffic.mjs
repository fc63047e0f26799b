import { get } from "node:http";
import { clock } from "./demo-log.mjs";
import { bold, red, say } from "./terminal.mjs";

const EVERY_MS = 100;
/** So many answers in a row have to come from the same servers before a change is said: turns are not changes. */
const WINDOW = 9;

/** Sends a request every 100 ms and says whenever other servers answer than before. */
export function followTraffic(port) {
  const answers = {};
  const failures = [];
  let last = [];
  let said = "";
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      const answer = await ask(port);
      if (answer.name === undefined) failures.push(answer.reason);
      else answers[answer.name] = (answers[answer.name] ?? 0) + 1;
      last = [...last, answer.name ?? answer.reason].slice(-WINDOW);
      said = tell(last, said);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    result: () => ({ answers, failures }),
    stop: () => {
      stopped = true;
      return loop;
    },
  };
}

function tell(last, said) {
  const names = [...new Set(last)].sort().join(", ");
  if (last.length < WINDOW || names === said) return said;
  const answered = last.every((name) => /^\w+$/.test(name));
  say(`${clock()}  ${answered ? `${bold("answering ")}  ${names}` : red(names)}`);
  return names;
}

function ask(port) {
  return new Promise((resolve) => {
    const fail = (error) => resolve({ reason: error.message });
    const request = get({ host: "127.0.0.1", port, agent: false, timeout: 5_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        body += part;
      });
      response.once("error", fail);
      response.once("end", () => {
        const name = /^Hello from (\w+)\n$/.exec(body)?.[1];
        resolve(response.statusCode === 200 && name ? { name } : { reason: `HAProxy answered ${response.statusCode}` });
      });
    });
    request.once("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.once("error", fail);
  });
}
