// The least that can be done for a member that comes or goes: watch the directory, read the file, write to the socket.
// Nothing is checked, remembered on disk, read back or repaired.
import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { addCommands, BATCH, deleteCommand, removeCommands } from "./floor-commands.js";

const [directory = "", socketPath = "", backend = ""] = process.argv.slice(2);
const changed = new Set<string>();
/** Still have connections, and can be deleted when those have gone. */
const leaving = new Set<string>();
let busy = false;

watch(directory, (_event, name) => {
  if (name === null) return;
  changed.add(name);
  void follow();
});
process.stdout.write("watching\n");

async function follow(): Promise<void> {
  if (busy) return;
  busy = true;
  while (changed.size > 0) {
    const names = [...changed].slice(0, BATCH);
    for (const name of names) changed.delete(name);
    const commands = (await Promise.all(names.map(commandsFor))).flat();
    await send(commands);
    for (const name of [...leaving].slice(0, BATCH)) {
      if ((await send([deleteCommand(backend, name)])).includes("deleted")) leaving.delete(name);
    }
  }
  busy = false;
}

async function commandsFor(name: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(join(directory, name), "utf8");
  } catch {
    leaving.add(name);
    return removeCommands(backend, name);
  }
  leaving.delete(name);
  return addCommands(backend, text);
}

function send(commands: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = "";
    const socket = connect(socketPath, () => socket.end(`${commands.join(";")}\n`));
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => {
      reply += part;
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(reply));
  });
}
