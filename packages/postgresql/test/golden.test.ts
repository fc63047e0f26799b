import { expect, test } from "vitest";
import { renderHbaBlock } from "../src/text/hba-block.js";
import { renderConninfo, renderFragment, renderSynchronous } from "../src/text/render-fragment.js";
import { renderPgbouncer } from "../src/text/render-pgbouncer.js";
import { renderServices } from "../src/text/render-services.js";

const DB1 = { host: "db1.example.com", ip: "10.0.0.1", port: 5432 };
const DB2 = { host: "db2.example.com", ip: "2001:db8::2", port: 5433 };
const DB3 = { host: "db3.example.com", ip: "10.0.0.3", port: 5432 };
const MEMBERS = [DB1, DB2, DB3];

/** What is rendered of members in this order. */
const RENDERED: Readonly<Record<string, (members: typeof MEMBERS) => string>> = {
  "pg_hba.conf": (members) => {
    const extra = [{ database: 'or"ders', user: "app's" }];
    const rules = { user: "replicator", method: "scram-sha-256", ssl: true, allow_trust: false, extra } as const;
    return `${renderHbaBlock("orders", rules, members).join("\n")}\n`;
  },
  "standby.conf": () => {
    const login = { user: "repli'cator", passfile: "/var/lib/pass\\ file", sslmode: "prefer" } as const;
    return renderFragment({ primary_conninfo: renderConninfo(DB2, login, "lh_db1"), primary_slot_name: "lh_db1" });
  },
  "standby-tls.conf": () => {
    const login = {
      user: "replicator",
      sslmode: "verify-full",
      sslrootcert: "/etc/ca.crt",
      sslcert: "/etc/own.crt",
      sslkey: "/etc/own.key",
    } as const;
    return renderFragment({ primary_conninfo: renderConninfo(DB2, login, "lh_db1") });
  },
  "primary.conf": (members) => {
    const names = members.map(({ host }) => `lh_${host.replaceAll(".", "_")}`);
    return renderFragment({ synchronous_standby_names: renderSynchronous("first", 2, names) });
  },
  "pg_service.conf": (members) =>
    renderServices([
      { name: "orders-rw", target: "read-write", members },
      { name: "orders-ro", target: "prefer-standby", members },
    ]),
  "pgbouncer.ini": (members) => {
    const hosts = members.map(({ ip }) => ip);
    return renderPgbouncer([
      { database: "orders", dbname: "or'ders", hosts: [DB1.ip], port: 5432 },
      { database: "orders-ro", dbname: "orders", hosts, port: 5432 },
    ]);
  },
};

test.each(Object.entries(RENDERED))(
  "%s comes out byte for byte as before, whatever the order of the members",
  async (name, render) => {
    const text = render(MEMBERS);
    expect(render([...MEMBERS].reverse())).toBe(text);
    await expect(text).toMatchFileSnapshot(`golden/${name.replace(".", ".golden.")}`);
  },
);
