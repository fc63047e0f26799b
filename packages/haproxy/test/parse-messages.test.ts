import { describe, expect, test } from "vitest";
import { type CheckMessage, parseErrors, refusedDirective } from "../src/check/parse-messages.js";

const FILE = "/etc/haproxy/.haproxy.cfg.x1";

/** What HAProxy printed, and what is taken from it. */
const CASES: readonly (readonly [name: string, stderr: string, messages: readonly CheckMessage[]])[] = [
  [
    "2.6: directives that it does not know, the closing sentences left out",
    `[NOTICE]   (20762) : haproxy version is 2.6.12-1+deb12u4
[NOTICE]   (20762) : path to executable is /usr/sbin/haproxy
[ALERT]    (20762) : config : parsing [${FILE}:10] : unknown keyword 'foo' in 'frontend' section
[ALERT]    (20762) : config : parsing [${FILE}:12] : unknown keyword 'optoin' in 'frontend' section; did you mean 'option' maybe ?
[ALERT]    (20762) : config : Error(s) found in configuration file : ${FILE}
[ALERT]    (20762) : config : Fatal errors found in configuration.
`,
    [
      { text: "unknown keyword 'foo' in 'frontend' section", file: FILE, line: 10 },
      {
        text: "unknown keyword 'optoin' in 'frontend' section; did you mean 'option' maybe ?",
        file: FILE,
        line: 12,
      },
    ],
  ],
  [
    "2.6: the place said twice",
    `[ALERT]    (20765) : config : [${FILE}:10] : parsing [${FILE}:10] : 'server' not allowed because frontend 'web.in' has no backend capability.
[WARNING]  (20765) : config : parsing [${FILE}:11] : 'balance' ignored because frontend 'web.in' has no backend capability.
`,
    [{ text: "'server' not allowed because frontend 'web.in' has no backend capability.", file: FILE, line: 10 }],
  ],
  [
    "2.6: no place at all",
    `[ALERT]    (20768) : config : Proxy 'web.in': unable to find required default_backend: 'nothere'.
[ALERT]    (20768) : config : backend 'web' : unable to find server 'nosrv' referenced in a 'use-server' rule.
`,
    [
      { text: "Proxy 'web.in': unable to find required default_backend: 'nothere'." },
      { text: "backend 'web': unable to find server 'nosrv' referenced in a 'use-server' rule." },
    ],
  ],
  [
    "2.6: places in round brackets are part of the sentence",
    `[ALERT]    (20771) : config : http frontend 'web.in' (${FILE}:8) tries to use incompatible tcp backend 'web' (${FILE}:13) as its default backend (see 'mode').
`,
    [
      {
        text: `http frontend 'web.in' (${FILE}:8) tries to use incompatible tcp backend 'web' (${FILE}:13) as its default backend (see 'mode').`,
      },
    ],
  ],
  [
    "2.6: parameters of a server",
    `[ALERT]    (20774) : config : [${FILE}:21] : 'server api/c' : Couldn't open the ca-file '/nosuch' (No such file or directory).
[ALERT]    (20774) : config : 'ca-file' : unable to load /nosuch.
[ALERT]    (20774) : config : parsing [${FILE}:22]: negation/default is not supported for option 'httplog'.
`,
    [
      {
        text: "'server api/c': Couldn't open the ca-file '/nosuch' (No such file or directory).",
        file: FILE,
        line: 21,
      },
      { text: "'ca-file': unable to load /nosuch." },
      { text: "negation/default is not supported for option 'httplog'.", file: FILE, line: 22 },
    ],
  ],
  [
    "2.6: continued on the next line, with a mark under the place",
    `[ALERT]    (20783) : config : parsing [${FILE}:10]: unmatched quote at position 31:
  http-request set-header X "foo
                            ^
`,
    [
      {
        text: 'unmatched quote at position 31: http-request set-header X "foo',
        file: FILE,
        line: 10,
      },
    ],
  ],
  [
    "2.6: a start that failed; the address in brackets is no place",
    `[NOTICE]   (21410) : haproxy version is 2.6.12-1+deb12u4
[ALERT]    (21410) : Binding [${FILE}:6] for frontend web.in: cannot bind socket (Address already in use) for [127.0.0.1:18010]
[ALERT]    (21410) : [haproxy.main()] Some protocols failed to start their listeners! Exiting.
`,
    [
      {
        text: "Binding for frontend web.in: cannot bind socket (Address already in use) for [127.0.0.1:18010]",
        file: FILE,
        line: 6,
      },
    ],
  ],
  [
    "2.2 and before: a time before the pid",
    `[ALERT] 325/173112 (4711) : parsing [${FILE}:7] : unknown keyword 'foo' in 'backend' section
[WARNING] 325/173112 (4711) : config : missing timeouts for frontend 'f'.
   | While not properly invalid, you will certainly encounter various problems
[ALERT] 325/173112 (4711) : Starting frontend web.in: cannot bind socket [0.0.0.0:80]
[ALERT] 325/173112 (4711) : Error(s) found in configuration file : ${FILE}
`,
    [
      { text: "unknown keyword 'foo' in 'backend' section", file: FILE, line: 7 },
      { text: "Starting frontend web.in: cannot bind socket [0.0.0.0:80]" },
    ],
  ],
  [
    "IPv6 addresses and wildcards in brackets are no places",
    `[ALERT] (1) : Starting frontend a.in: cannot bind socket [:::80]
[ALERT] (1) : Starting frontend a.in: cannot bind socket [2001:db8::1:80]
[ALERT] (1) : Starting frontend a.in: cannot bind socket [*:80]
`,
    [
      { text: "Starting frontend a.in: cannot bind socket [:::80]" },
      { text: "Starting frontend a.in: cannot bind socket [2001:db8::1:80]" },
      { text: "Starting frontend a.in: cannot bind socket [*:80]" },
    ],
  ],
  ["an emergency counts as an error", "[EMERG] (1) : out of memory\n", [{ text: "out of memory" }]],
  ["warnings, notices and diagnoses are no errors", "[WARNING] (1) : a\n[NOTICE] (1) : b\n[DIAG] (1) : c\n", []],
  ["what has no prefix is no error", "segmentation fault\n", []],
  ["nothing", "", []],
];

describe("HAProxy's errors", () => {
  test.each(CASES)("%s", (_name, stderr, messages) => {
    expect(parseErrors(stderr)).toEqual(messages);
  });

  test.each([
    ["unknown keyword 'foo' in 'frontend' section", "foo"],
    ["unknown keyword 'optoin' in 'frontend' section; did you mean 'option' maybe ?", "optoin"],
    ["unknown option 'nosuch'.", "nosuch"],
    ["'bind' not allowed in 'defaults' section.", "bind"],
    ["'server' not allowed because frontend 'web.in' has no backend capability.", "server"],
    ["'server web/a': unknown keyword 'foo'; did you mean 'tfo' maybe ?", undefined],
    [
      "The 'reqadd' directive is not supported anymore since HAProxy 2.1. Use 'http-request add-header' instead.",
      undefined,
    ],
    ["Proxy 'web.in': unable to find required default_backend: 'nothere'.", undefined],
  ])("%s: the directive that has no place there is %s", (text, directive) => {
    expect(refusedDirective({ text })).toBe(directive);
  });
});
