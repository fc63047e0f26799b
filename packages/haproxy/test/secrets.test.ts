import { expect, test } from "vitest";
import { hideSecrets, maskSecrets } from "../src/secrets.js";

test.each([
  ["user me insecure-password hunter2", "user me insecure-password ***"],
  ["user you password $5$x groups a", "user you password *** groups a"],
  ['user me insecure-password "hunter 2" groups a', "user me insecure-password *** groups a"],
  ["user me insecure-password hunter\\ 2 groups a", "user me insecure-password *** groups a"],
  ["stats auth me:hunter2", "stats auth me:***"],
  ['stats auth "me:hunter 2"', 'stats auth "me:***'],
  ["stats auth me:hun:ter\\ 2", "stats auth me:***"],
  [
    'http-request set-header Authorization "Bearer hunter2" if { path / }',
    "http-request set-header Authorization *** if { path / }",
  ],
  ["http-request add-header X-Api-Key hunter2 unless a", "http-request add-header X-Api-Key *** unless a"],
  ['http-check send meth GET hdr authorization "Basic aHVudGVyMg=="', "http-check send meth GET hdr authorization ***"],
  ["option httpchk GET / HTTP/1.1\\r\\nAuthorization:\\ Basic\\ aHVudGVyMg==\\r\\nHost:\\ a", null],
  ["setenv DB_PASSWORD hunter2", "setenv DB_PASSWORD ***"],
  ['tcp-check send "AUTH hunter2\\r\\n"', 'tcp-check send "AUTH***'],
  ["tcp-check send-binary 4155544820", "tcp-check send-binary ***"],
  ["tcp-check send-binary 00000031", "tcp-check send-binary 00000031"],
  ["http-request set-header X-Forwarded-Proto https", "http-request set-header X-Forwarded-Proto https"],
  ["acl known hdr(X-Token) -m found", "acl known hdr(X-Token) -m found"],
  ["server a 10.0.0.1:80 cookie a1", "server a 10.0.0.1:80 cookie a1"],
])("%s is shown as %s", (line, shown) => {
  const text = `    ${line}\n    next line\n`;
  const wanted = shown ?? "option httpchk GET / HTTP/1.1\\r\\nAuthorization:***\\r\\nHost:\\ a";
  expect(maskSecrets(text)).toBe(`    ${wanted}\n    next line\n`);
});

test("what HAProxy says of a configuration shows none of its secrets, as they are written or as they are read", () => {
  const text = 'stats auth "me:hunter 2"\nhttp-request set-header Authorization Bearer correct\\ horse on\n';
  const said = "got 'hunter 2', expects 'on', but got 'correct horse', 'Bearer' and 'correct\\ horse'";
  expect(hideSecrets(said, text)).toBe("got '***', expects 'on', but got '***', '***' and '***'");
  expect(hideSecrets("unknown keyword 'foo'", text)).toBe("unknown keyword 'foo'");
});
