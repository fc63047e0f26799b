import type { JuteReader } from "./jute-reader.js";
import type { JuteWriter } from "./jute-writer.js";
import { readStat, type ZnodeStat } from "./znode-stat.js";
import type { ZooKeeperError } from "./zookeeper-error.js";

/** One request, and how its answer is read. */
export interface Operation<T> {
  /** As an error names it: `getData /lighthouse/web`. */
  readonly what: string;
  /** ZooKeeper's number of the request. */
  readonly type: number;
  write(writer: JuteWriter): void;
  /** Called before anything that the server has sent later is looked at. */
  read(reader: JuteReader): T;
  /** The server refuses; called as early as `read`. */
  refused?(error: ZooKeeperError): void;
}

/** Who may do what with a znode. */
export interface AclEntry {
  /** Sum of read 1, write 2, create 4, delete 8, admin 16. */
  readonly permissions: number;
  readonly scheme: string;
  readonly id: string;
}

/** A znode to create. */
export interface NewZnode {
  readonly path: string;
  readonly data: Buffer;
  readonly acl: readonly AclEntry[];
  /** Goes with the session that creates it. */
  readonly ephemeral: boolean;
}

const TYPE = { create: 1, remove: 2, exists: 3, getData: 4, setData: 5, sync: 9, getChildren: 12, multi: 14 } as const;

/** The names of a znode's children, in no order. `watch`: tell once of the next change of them. */
export function getChildren(path: string, watch: boolean): Operation<readonly string[]> {
  return {
    what: `getChildren ${path}`,
    type: TYPE.getChildren,
    write: (writer) => writer.text(path).bool(watch),
    read: (reader) => reader.list(() => reader.text()),
  };
}

/** A znode's data. `watch`: tell once of the next change of it, its removal included. */
export function getData(path: string, watch: boolean): Operation<{ readonly data: Buffer; readonly stat: ZnodeStat }> {
  return {
    what: `getData ${path}`,
    type: TYPE.getData,
    write: (writer) => writer.text(path).bool(watch),
    read: (reader) => ({ data: reader.bytes(), stat: readStat(reader) }),
  };
}

/** Refused with NO_NODE where there is none. `watch`: tell once of its creation, change or removal. */
export function exists(path: string, watch: boolean): Operation<ZnodeStat> {
  return {
    what: `exists ${path}`,
    type: TYPE.exists,
    write: (writer) => writer.text(path).bool(watch),
    read: readStat,
  };
}

export function create({ path, data, acl, ephemeral }: NewZnode): Operation<void> {
  return {
    what: `create ${path}`,
    type: TYPE.create,
    write: (writer) =>
      writer
        .text(path)
        .bytes(data)
        .list(acl, (entry) => writer.int(entry.permissions).text(entry.scheme).text(entry.id))
        .int(ephemeral ? 1 : 0),
    read: (reader) => void reader.text(),
  };
}

/** Refused with BAD_VERSION where the data has changed since. */
export function setData(path: string, data: Buffer, version: number): Operation<void> {
  return {
    what: `setData ${path}`,
    type: TYPE.setData,
    write: (writer) => writer.text(path).bytes(data).int(version),
    read: (reader) => void readStat(reader),
  };
}

/** Refused with BAD_VERSION where the data has changed since. */
export function remove(path: string, version: number): Operation<void> {
  return {
    what: `delete ${path}`,
    type: TYPE.remove,
    write: (writer) => writer.text(path).int(version),
    read: () => undefined,
  };
}

/** Answered when the server has caught up with everything that was confirmed before the call. */
export function sync(path: string): Operation<void> {
  return {
    what: `sync ${path}`,
    type: TYPE.sync,
    write: (writer) => writer.text(path),
    read: (reader) => void reader.text(),
  };
}
