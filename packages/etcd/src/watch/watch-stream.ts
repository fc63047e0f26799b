import type { MessageInitShape } from "@bufbuild/protobuf";
import { pause } from "@lighthouse-sd/plugin-kit";
import type { WatchRequestSchema, WatchResponse } from "../api/watch_pb.js";
import type { EtcdConnection } from "../connection/etcd-connection.js";
import { EtcdError, etcdError } from "../connection/etcd-fault.js";
import { linkedTo } from "../connection/linked-signal.js";
import type { KeyRange } from "../key-range.js";

/** How often the stream is asked for a sign of life, and how long it may take for one: milliseconds. */
const SIGN_MS = 5_000;

type Request = MessageInitShape<typeof WatchRequestSchema>;

/** Calls `onResponse` with all that etcd says of a range from `startRevision` on, the first time when the watch stands.
 * Rejects when it ends: by `signal`, with the connection, by etcd's word (compacted, no leader), or because no sign of
 * life came. */
export async function watchKeys(
  connection: EtcdConnection,
  range: KeyRange,
  startRevision: bigint,
  signal: AbortSignal,
  onResponse: (response: WatchResponse) => void,
): Promise<never> {
  const linked = linkedTo([signal, connection.ended]);
  const life = { seen: false };
  const silent = (): void =>
    linked.abort(
      new EtcdError(`etcd at ${connection.host} has said nothing to a watch for ${SIGN_MS / 1000} s`, "connection"),
    );
  try {
    const requests = requestsFor(range, startRevision, { life, silent, signal: linked.signal });
    for await (const response of connection.watch.watch(requests, { signal: linked.signal })) {
      life.seen = true;
      if (response.canceled) throw cancelled(connection, range, response);
      onResponse(response);
    }
    throw new EtcdError(`etcd at ${connection.host} has ended the watch of ${range.shown}`, "connection");
  } catch (error) {
    if (linked.signal.aborted) throw linked.signal.reason;
    throw etcdError(error, connection.host, `go on watching ${range.shown}`);
  } finally {
    linked.abort(new Error("the watch has ended"));
    linked.release();
  }
}

interface SignsOfLife {
  readonly life: { seen: boolean };
  readonly silent: () => void;
  readonly signal: AbortSignal;
}

/** The watch, and then requests for progress, which etcd answers at once on the same stream. */
async function* requestsFor(
  { key, end }: KeyRange,
  startRevision: bigint,
  { life, silent, signal }: SignsOfLife,
): AsyncGenerator<Request> {
  yield { requestUnion: { case: "createRequest", value: { key, rangeEnd: end, startRevision } } };
  for (;;) {
    await pause(SIGN_MS, signal);
    if (signal.aborted) return;
    if (!life.seen) return silent();
    life.seen = false;
    yield { requestUnion: { case: "progressRequest", value: {} } };
  }
}

function cancelled(
  connection: EtcdConnection,
  range: KeyRange,
  { compactRevision, cancelReason }: WatchResponse,
): EtcdError {
  const what = `etcd at ${connection.host} did not go on watching ${range.shown}`;
  if (compactRevision > 0n)
    return new EtcdError(`${what}: its past before revision ${compactRevision} was compacted`, "history");
  const refused = cancelReason.includes("permission denied");
  return new EtcdError(`${what}: ${cancelReason || "it gives no reason"}`, refused ? "refused" : "connection");
}
