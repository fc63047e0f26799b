import type { Node } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import { membersOf } from "../src/render/members.js";
import { ownServers } from "../src/render/own-servers.js";
import type { ClusterPart } from "../src/render/render-cluster.js";
import { describeMemberChanges, memberChanges } from "../src/runtime/member-changes.js";
import { parseServers, type RunningServer } from "../src/runtime/parse-show.js";
import { config, node, part } from "./parts.js";

/** What HAProxy would tell of servers that are loaded like this. */
interface Loaded {
  readonly name?: string;
  readonly id?: number;
  readonly ip?: string;
  readonly port?: number;
  readonly weight?: number;
  readonly backup?: boolean;
}

function servers(loaded: readonly Loaded[]): readonly RunningServer[] {
  const rows = loaded.map(
    ({ name = "10.0.0.1:80", id = idOf("10.0.0.1", 80), ip = "10.0.0.1", port = 80, weight = 1 }) =>
      `2 web ${id} ${name} ${ip} 2 0 ${weight} ${weight} 0 1 0 2 0 0 0 1 - ${port} - 0 0 - - 0`,
  );
  const state = ["1", `# ${STATE_COLUMNS}`, ...rows].join("\n");
  const stat = [
    "# pxname,svname,bck",
    ...loaded.map(({ name = "10.0.0.1:80", backup }) => `web,${name},${backup ? 1 : 0}`),
  ];
  return parseServers(state, stat.join("\n")).get("web") ?? [];
}

const STATE_COLUMNS: string =
  "be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight " +
  "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state " +
  "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port";

function idOf(ip: string, port: number): number {
  const [member] = membersOf([node(ip, port)], ownServers([]));
  return member?.id ?? 0;
}

const settings = config();
const one: Node = node("10.0.0.1", 80);
const web = (nodes: readonly Node[], block: Record<string, unknown> = {}): ClusterPart => part("web", block, nodes);

function changes(cluster: ClusterPart, loaded: readonly Loaded[], defaults: readonly string[] = []): readonly string[] {
  return memberChanges(cluster, config({ defaults }), servers(loaded)).map(({ action, server, detail }) =>
    [action, server, detail].filter((text) => text !== "").join(" "),
  );
}

describe("nothing is to be done where", () => {
  test.each<readonly [string, ClusterPart, readonly Loaded[]]>([
    ["all is as it should be", web([one]), [{}]],
    ["there is nobody", web([]), []],
    ["the weight is the node's", web([node("10.0.0.1", 80, { weight: 7 })]), [{ weight: 7 }]],
    ["the weight is the backend's", web([one], { server_options: "check weight 5" }), [{ weight: 5 }]],
    ["the weight is a default-server's", web([one], { backend: ["default-server weight 5"] }), [{ weight: 5 }]],
    [
      "the last weight counts",
      web([one], { backend: ["default-server weight 5"], server_options: "weight 6" }),
      [{ weight: 6 }],
    ],
    ["the weight is in a comment", web([one], { server_options: "check # weight 5" }), [{ weight: 1 }]],
    ["it is a backup", web([node("10.0.0.1", 80, { backup: true })]), [{ backup: true }]],
    ["all are backups", web([one], { server_options: "backup" }), [{ backup: true }]],
    ["all are backups by default", web([one], { backend: ["default-server backup"] }), [{ backup: true }]],
    [
      "they are no backups after all",
      web([one], { backend: ["default-server backup"], server_options: "no-backup" }),
      [{ backup: false }],
    ],
    ["it drains", web([node("10.0.0.1", 80, { drain: true, weight: 9 })]), [{ weight: 0 }]],
    [
      "HAProxy writes an IPv6 address in another way",
      web([node("::102:304", 80)]),
      [{ name: "::102:304:80", id: idOf("::102:304", 80), ip: "::1.2.3.4" }],
    ],
    [
      "the operator has servers of his own",
      web([one], { backend: ["server own 192.0.2.1:1 id 5 # mine", "server-template t 2-3 192.0.2.1:1"] }),
      [{}, { name: "own", id: 5, ip: "192.0.2.1" }, { name: "t2", id: 6 }, { name: "t3", id: 7 }],
    ],
    [
      "a member goes by another name because the operator has a server of its name",
      web([node("10.0.0.1", 80, {}, { name: "own" })], { backend: ["server own 192.0.2.1:1"] }),
      [{}, { name: "own", id: 1, ip: "192.0.2.1" }],
    ],
  ])("%s", (_name, cluster, loaded) => {
    expect(changes(cluster, loaded)).toEqual([]);
  });

  test("the weight is that of the defaults", () => {
    expect(changes(web([one]), [{ weight: 5, backup: true }], ["default-server weight 5 backup"])).toEqual([]);
  });
});

describe("what is to be done where", () => {
  const id = idOf("10.0.0.1", 80);
  test.each<readonly [string, ClusterPart, readonly Loaded[], readonly string[]]>([
    ["one came", web([one]), [], ["add 10.0.0.1:80"]],
    ["one left", web([]), [{}], ["remove 10.0.0.1:80"]],
    ["another came and one left", web([node("10.0.0.2", 80)]), [{}], ["add 10.0.0.2:80", "remove 10.0.0.1:80"]],
    [
      "its address is another",
      web([node("10.0.0.2", 80, {}, { name: "app" })]),
      [{ name: "app" }],
      [`change app address 10.0.0.1:80 to 10.0.0.2:80, id ${id} to ${idOf("10.0.0.2", 80)}`],
    ],
    ["its id is another", web([one]), [{ id: 3 }], [`change 10.0.0.1:80 id 3 to ${id}`]],
    ["it has a weight now", web([node("10.0.0.1", 80, { weight: 7 })]), [{}], ["change 10.0.0.1:80 weight 1 to 7"]],
    ["it has no weight of its own any more", web([one]), [{ weight: 7 }], ["change 10.0.0.1:80 weight 7 to 1"]],
    ["it drains now", web([node("10.0.0.1", 80, { drain: true })]), [{}], ["change 10.0.0.1:80 weight 1 to 0"]],
    ["it drains no more", web([one]), [{ weight: 0 }], ["change 10.0.0.1:80 weight 0 to 1"]],
    [
      "it drains no more, and has the backend's weight",
      web([one], { server_options: "weight 5" }),
      [{ weight: 0 }],
      ["change 10.0.0.1:80 weight 0 to 5"],
    ],
    [
      "it became a backup",
      web([node("10.0.0.1", 80, { backup: true })]),
      [{}],
      ["change 10.0.0.1:80 becomes a backup"],
    ],
    ["it is no backup any more", web([one]), [{ backup: true }], ["change 10.0.0.1:80 is no backup any more"]],
    ["an IPv6 one left", web([]), [{ name: "::1:80", ip: "::1" }], ["remove ::1:80"]],
  ])("%s", (_name, cluster, loaded, expected) => {
    expect(changes(cluster, loaded)).toEqual(expected);
  });

  test("is told in one sentence", () => {
    const list = [
      ...memberChanges(web([one, node("10.0.0.2", 80)]), settings, servers([{ name: "gone" }])),
      ...memberChanges(part("api", {}, [one]), settings, servers([{ weight: 3 }])),
    ];
    expect(describeMemberChanges(list)).toBe("web: 2 added, 1 removed; api: 1 changed");
    expect(describeMemberChanges([])).toBe("");
  });
});

describe("the operator's own servers", () => {
  test.each<readonly [string, readonly string[], readonly string[], readonly number[]]>([
    ["server lines", ["server a 192.0.2.1:1 check id 7", "  server  'b' 192.0.2.1:2"], ["a", "b"], [7]],
    ["a template with a number", ["server-template s 3 192.0.2.1:1"], ["s1", "s2", "s3"], []],
    ["a template with a range", ["server-template s 4-5 192.0.2.1:1"], ["s4", "s5"], []],
    ["a template that is none", ["server-template s x 192.0.2.1:1", "server-template"], [], []],
    ["a server named id", ["server id 192.0.2.1:1"], ["id"], []],
    ["others", ["# server a 192.0.2.1:1", "use-server x if TRUE", "default-server id 5", "server"], [], []],
  ])("%s", (_name, lines, names, ids) => {
    const own = ownServers(lines);
    expect([...own.names]).toEqual(names);
    expect([...own.ids]).toEqual(ids);
  });

  test("a member never takes the name or the id of one", () => {
    const taken = { names: new Set(["app", "10.0.0.1:80"]), ids: new Set([idOf("10.0.0.1", 80)]) };
    const [member] = membersOf([node("10.0.0.1", 80, {}, { name: "app" })], taken);
    expect(member?.name).toBe("10.0.0.1:80-member");
    expect(member?.id).toBe(idOf("10.0.0.1", 80) + 1);
  });
});
