import { join } from "node:path";
import { EtcdGateway } from "./etcd-gateway.js";
import { EtcdMember } from "./etcd-member.js";
import { freePorts } from "./free-port.js";
import { type ServerGroup, startGroup } from "./server-group.js";
import { tempDirectory } from "./temp-directory.js";
import { type CertificateAuthority, certificateAuthority } from "./tls-certificates.js";

/** What to start. */
export interface EtcdOptions {
  /** Default 1; 3 make a cluster that stands the loss of one. */
  readonly members?: 1 | 3;
  /** Clients may also come over TLS; `mutual`: with a certificate of the cluster's authority. Plain HTTP stays open beside
   * it, for the gateway. */
  readonly tls?: "server" | "mutual";
  /** Further flags of every member. */
  readonly flags?: readonly string[];
}

/** Real etcd servers that serve together. */
export interface EtcdCluster extends ServerGroup {
  readonly members: readonly EtcdMember[];
  /** Of all members, as a client names them: `127.0.0.1:<port>`. */
  readonly hosts: readonly string[];
  /** Of the members' TLS addresses; empty without `tls`. */
  readonly tlsPorts: readonly number[];
  /** What signed the servers' certificates; undefined without `tls`. */
  readonly authority: CertificateAuthority | undefined;
  /** A directory of its own that goes with it, for a test's files. */
  readonly directory: string;
  /** The operator's way to the first member. */
  readonly gateway: EtcdGateway;
}

/** Starts one and waits until every member answers clients. */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdCluster> {
  const count = options.members ?? 1;
  const directory = await tempDirectory("lhetcd");
  const authority = options.tls && (await certificateAuthority(directory.path));
  const ports = {
    clients: await freePorts(count),
    peers: await freePorts(count),
    tls: await freePorts(authority ? count : 0),
  };
  const tlsFlags = authority === undefined ? [] : await serverTls(authority, options.tls === "mutual");
  const initial = ports.peers.map((port, index) => `m${index}=http://127.0.0.1:${port}`).join(",");
  const members = ports.clients.map((port, index) => {
    const flags = [...EVERY_MEMBER, ...addressFlags(ports, index), "--initial-cluster", initial, ...tlsFlags];
    const where = { name: `m${index}`, directory: join(directory.path, `m${index}`), port };
    return new EtcdMember({ ...where, flags: [...flags, ...(options.flags ?? [])] });
  });
  const gateway = new EtcdGateway(ports.clients[0] ?? 0);
  const group = await startGroup(members, async () => {
    gateway.close();
    await directory.remove();
  });
  return {
    members,
    hosts: members.map(({ host }) => host),
    tlsPorts: ports.tls,
    authority,
    directory: directory.path,
    gateway,
    ...group,
  };
}

const EVERY_MEMBER = ["--logger", "zap", "--log-outputs", "stderr", "--log-level", "warn"];

interface Ports {
  readonly clients: readonly number[];
  readonly peers: readonly number[];
  readonly tls: readonly number[];
}

function addressFlags(ports: Ports, index: number): readonly string[] {
  const client = `http://127.0.0.1:${ports.clients[index]}`;
  const secure = ports.tls[index] === undefined ? "" : `,https://127.0.0.1:${ports.tls[index]}`;
  const peer = `http://127.0.0.1:${ports.peers[index]}`;
  return [
    ...["--listen-client-urls", `${client}${secure}`, "--advertise-client-urls", client],
    ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
  ];
}

async function serverTls(authority: CertificateAuthority, mutual: boolean): Promise<readonly string[]> {
  const { certFile, keyFile } = await authority.issue("etcd.test");
  const flags = ["--cert-file", certFile, "--key-file", keyFile];
  return mutual ? [...flags, "--client-cert-auth", "--trusted-ca-file", authority.caFile] : flags;
}
