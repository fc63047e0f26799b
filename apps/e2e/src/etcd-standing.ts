import type { EtcdCluster } from "@lighthouse-sd/test-servers";

interface Entry {
  readonly name: string;
  readonly since: string;
  readonly lease: string;
}

const [FROM, TO] = ["/lighthouse/web/", "/lighthouse/web0"];

/** Since which revision of etcd each node of the service web has stood there without a gap, by its name. */
export async function standingSince(etcd: EtcdCluster): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await entries(etcd)).map(({ name, since }) => [name, since]));
}

/** The nodes that hang on a lease of this many seconds. */
export async function onLeaseOf(etcd: EtcdCluster, seconds: number): Promise<readonly string[]> {
  const found = (await entries(etcd)).map(async ({ name, lease }) => {
    const { grantedTTL } = await etcd.gateway.call("lease/timetolive", { ID: lease });
    return Number(grantedTTL) === seconds ? [name] : [];
  });
  return (await Promise.all(found)).flat();
}

async function entries({ gateway }: EtcdCluster): Promise<readonly Entry[]> {
  const { kvs = [] } = (await gateway.call("kv/range", { key: base64(FROM), range_end: base64(TO) })) as {
    readonly kvs?: readonly { readonly key: string; readonly create_revision: string; readonly lease?: string }[];
  };
  return kvs.map(({ key, create_revision: since, lease = "0" }) => {
    return { name: Buffer.from(key, "base64").toString().slice(FROM.length), since, lease };
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
