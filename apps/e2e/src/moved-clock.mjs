// Imported by a process under test before its own program: from then on its wall clock is wrong by as many milliseconds
// as the file says that MOVED_CLOCK names, from the moment the file says so.
import { readFileSync } from "node:fs";

const file = process.env.MOVED_CLOCK;
const RealDate = Date;
const now = () => RealDate.now() + Number(readFileSync(file, "utf8"));

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
