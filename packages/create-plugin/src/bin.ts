import { CreateError, createPlugin } from "./create-plugin.js";

try {
  process.stdout.write(`${await createPlugin(process.argv.slice(2))}\n`);
} catch (error) {
  if (!(error instanceof CreateError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 64;
}
