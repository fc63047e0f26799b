import type { JuteReader } from "./jute-reader.js";
import type { Operation } from "./operations.js";
import { ProtocolError, ZooKeeperError } from "./zookeeper-error.js";

const MULTI = 14;
/** Stands in an answer for an operation that was not done. */
const FAILED = -1;
/** The error of operations that were not done because another one failed. */
const ROLLED_BACK = -2;

/** All of `operations` in one step that everybody sees as a whole, or none of them: refused with the error of the one
 * that cannot be done. */
export function transaction(operations: readonly Operation<void>[]): Operation<void> {
  const what = operations.map((operation) => operation.what).join(" + ");
  return {
    what,
    type: MULTI,
    write: (writer) => {
      for (const operation of operations) {
        writer.int(operation.type).bool(false).int(-1);
        operation.write(writer);
      }
      writer.int(-1).bool(true).int(-1);
    },
    read: (reader) => readResults(reader, operations),
  };
}

function readResults(reader: JuteReader, operations: readonly Operation<void>[]): void {
  const errors: { readonly number: number; readonly what: string }[] = [];
  for (const operation of operations) {
    const type = reader.int();
    if (reader.bool()) throw new ProtocolError("the answer to a transaction ended too early");
    reader.int();
    if (type === FAILED) errors.push({ number: reader.int(), what: operation.what });
    else operation.read(reader);
  }
  const cause = errors.find(({ number }) => number !== 0 && number !== ROLLED_BACK) ?? errors[0];
  if (cause !== undefined) throw new ZooKeeperError(cause.number, cause.what);
}
