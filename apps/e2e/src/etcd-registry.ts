import { EtcdGateway, startEtcd } from "@lighthouse-sd/test-servers";
import { Network } from "./network.js";
import type { Registry } from "./registry.js";

/** What is full when all is written that a test writes, in bytes. */
const QUOTA = 16 * 2 ** 20;

/** An etcd that can be made to fail. */
export interface EtcdRegistry extends Registry {
  readonly plugin: "etcd";
  /** Forgets every revision before the newest. */
  compact(): Promise<void>;
  setPassword(password: string): Promise<void>;
  /** Writes until etcd takes nothing any more. */
  fillQuota(): Promise<void>;
  /** Frees what `fillQuota` has taken, on every member. */
  freeQuota(): Promise<void>;
}

/** Starts three members. */
export async function startEtcdRegistry(): Promise<EtcdRegistry> {
  const etcd = await startEtcd({ members: 3, flags: ["--quota-backend-bytes", String(QUOTA)] });
  const network = await Network.before(etcd.members);
  const gateways = etcd.members.map(({ port }) => new EtcdGateway(port));
  const { gateway, members } = etcd;
  await gateway.addUser("fleet", "s3cret");
  await gateway.allow("fleet", "/lighthouse/");
  await gateway.enableAuth();
  /** As root: etcd forgets who has logged in when it is started again. */
  const call = async (method: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
    await gateway.logIn();
    return await gateway.call(method, body);
  };
  const freeQuota = async (): Promise<void> => {
    await gateway.logIn();
    await gateway.deletePrefix("/filler/");
    await gateway.compact();
    for (const each of gateways) {
      await each.logIn();
      await each.call("maintenance/defragment", {});
    }
    const { alarms = [] } = await call("maintenance/alarm", { action: "GET" });
    for (const alarm of alarms as readonly object[])
      await call("maintenance/alarm", { action: "DEACTIVATE", ...alarm });
  };

  return {
    plugin: "etcd",
    servers: members,
    network,
    discovery: ({ role, passwordFile, keep }) => {
      const hosts = role === "runner" ? network.hosts : etcd.hosts;
      return { hosts, lease: keep, username: "fleet", password_file: passwordFile };
    },
    leader: async () => {
      for (const [index, each] of gateways.entries()) {
        const { leader, header } = (await each.call("maintenance/status", {}).catch(() => NOBODY)) as typeof NOBODY;
        const member = members[index];
        if (member !== undefined && leader === header.member_id) return member;
      }
      throw new Error("no member of etcd leads");
    },
    allow: async (reading) => {
      await call(`auth/user/${reading ? "grant" : "revoke"}`, reading ? GRANTED : REVOKED);
    },
    compact: async () => {
      await gateway.logIn();
      await gateway.put("/elsewhere", "x");
      await gateway.compact();
    },
    setPassword: async (password) => {
      await call("auth/user/changepw", { name: "fleet", password });
    },
    fillQuota: async () => {
      await gateway.logIn();
      const filler = "x".repeat(QUOTA / 16);
      for (let index = 0; ; index++) {
        const refused = await gateway.put(`/filler/${index}`, filler).then(
          () => "",
          (error: Error) => error.message,
        );
        if (refused.includes("database space exceeded")) return;
        if (refused !== "" || index > 100) throw new Error(`etcd is not full after ${index} writes: ${refused}`);
      }
    },
    freeQuota,
    restartEmpty: () => etcd.restartEmpty(),
    stop: async () => {
      for (const each of gateways) each.close();
      await network.stop();
      await etcd.stop();
    },
  };
}

/** What a member that does not run says of who leads. */
const NOBODY = { leader: "nobody", header: { member_id: "" } };
const GRANTED = { user: "fleet", role: "fleet" };
const REVOKED = { name: "fleet", role: "fleet" };
