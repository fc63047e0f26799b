import { expect, it } from "vitest";
import { type FileStep, fileSteps, stepAtFault } from "../src/file-steps.js";
import { HEADER, renderUpstream } from "../src/render-upstream.js";

const DIRECTORIES = ["/etc/nginx/lighthouse", "/srv/real"];

function step(name: string): FileStep {
  return {
    file: `${name}.conf`,
    cluster: name,
    upstream: `${name}-up`,
    good: undefined,
    standing: undefined,
    wanted: "",
  };
}

const steps: readonly FileStep[] = [step("api"), step("web")];

it.each([
  ['invalid parameter "x" in /etc/nginx/lighthouse/web.conf:3', "web"],
  ["unknown directive in /srv/real/api.conf:1", "api"],
  ['host not found in upstream "x" in /etc/nginx/lighthouse/api.conf:3', "api"],
  ['duplicate upstream "web-up" in /etc/nginx/nginx.conf:9', "web"],
  ['host not found in upstream "API-UP" in /etc/nginx/sites/a:4', "api"],
  ['the shared memory zone "lighthouse_web-up" is already declared', "web"],
  ['invalid parameter "x" in /etc/nginx/conf.d/web.conf:3', undefined],
  ["unexpected end of file in /etc/nginx/nginx.conf:9", undefined],
])("%s: %s is at fault", (refusal, name) => {
  expect(stepAtFault(refusal, steps, DIRECTORIES)?.cluster).toBe(name);
});

it("a step leads from what nginx took last, also where another text stands", () => {
  const text = (port: number): string =>
    renderUpstream("web", { method: "round_robin", zone: "off" }, [
      { name: "a:1", host: "a", ip: "192.0.2.1", port, peer: null, metadata: {} },
    ]);
  const standing = { own: new Map([["web.conf", text(2)]]), foreign: new Set(["b.conf"]) };
  const wanted = new Map([
    ["web.conf", { cluster: "web", upstream: "web", text: text(2) }],
    ["b.conf", { cluster: "b", upstream: "b", text: HEADER }],
  ]);
  expect(fileSteps(standing, wanted, {})).toEqual([]);
  expect(fileSteps(standing, wanted, { "web.conf": text(1) })).toMatchObject([
    { file: "web.conf", good: text(1), standing: text(2), wanted: text(2) },
  ]);
  expect(fileSteps(standing, new Map(), { "gone.conf": null })).toMatchObject([
    { file: "web.conf", cluster: null, upstream: "web", good: text(2), wanted: undefined },
  ]);
});
