import { expect, test } from "vitest";
import { classify } from "../src/config/directory-layout.js";

test.each([
  ["", "runner.yaml", "runner runner"],
  ["", "logging.yml", "logging logging"],
  ["balancers", "haproxy.yaml", "balancer balancers/haproxy"],
  ["discovery", "zookeeper.yml", "discovery discovery/zookeeper"],
  ["clusters", "web-1.eu_west.yaml", "cluster clusters/web-1.eu_west"],
  ["services", "cache.yaml", "service services/cache"],
  ["clusters", "constructor.yaml", "cluster clusters/constructor"],
  ["clusters", ".web.yaml", "ignored"],
  ["clusters", ".#web.yaml", "ignored"],
  ["clusters", "web.yaml~", "ignored"],
  ["clusters", "#web.yaml#", "ignored"],
  ["clusters", "web.yaml.swp", "ignored"],
  ["clusters", "README.md", "ignored"],
  ["clusters", "..data", "ignored"],
  ["", "nodes", "ignored"],
  ["", ".git", "ignored"],
  ["", "notes.txt", "ignored"],
  [
    "clusters",
    "my web.yaml",
    "problem: its name must be a name of letters, digits, dots, _ and - that does not begin with a dot, before .yaml or .yml",
  ],
  [
    "clusters",
    `${"x".repeat(201)}.yaml`,
    "problem: its name must be a name of letters, digits, dots, _ and - that does not begin with a dot, before .yaml or .yml",
  ],
  ["", "runer.yaml", 'notice: is not read; did you mean "runner.yaml"?'],
  [
    "",
    "constructor.yaml",
    "notice: is not read; here only runner.yaml and logging.yaml are, the rest belongs into balancers/, discovery/, clusters/, services/",
  ],
  ["", "cluster", 'notice: is not read; did you mean "clusters"?'],
  ["", "balancer", 'notice: is not read; did you mean "balancers"?'],
])("%s/%s is %s", (folder, name, expected) => {
  const entry = classify(folder, name);
  const shown =
    entry.role === "file"
      ? `${entry.at.kind} ${entry.at.slot}`
      : entry.role === "ignored"
        ? "ignored"
        : `${entry.role}: ${entry.message}`;
  expect(shown).toBe(expected);
});
