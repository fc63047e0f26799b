import assert from "node:assert/strict";
import type { DiscoveryPromise } from "./discovery-promise.js";

/** Names that begin alike, differ in case alone, or mean something to JavaScript. All of them may be clusters'. */
const ALIKE = ["web", "web-2", "web.2", "web2", "WEB", "we", "constructor", "__proto__"] as const;
/** Match what a cluster's name matches, and mean something to file systems and paths. */
const ODD = ["..", ".", "...", "-", "_", "x".repeat(200)] as const;

/** How long such a watch may take to say something, in milliseconds. It need not. */
const SILENCE_MS = 1000;

/** What clusters have to do with one another: nothing. */
export const clusterPromises: readonly DiscoveryPromise[] = [
  {
    name: "keeps clusters apart whose names are nearly the same",
    async holds(bench) {
      const nodes = bench.samples.nodes(ALIKE.length);
      for (const [index, cluster] of ALIKE.entries()) await bench.establish(cluster, nodes.slice(index, index + 1));
      const discovery = await bench.start();
      const watched = ALIKE.map((cluster) => bench.watch(discovery, cluster).told);
      for (const [index, told] of watched.entries()) await bench.shows(told, nodes.slice(index, index + 1));
      const [first] = watched;
      await bench.source.put("web", bench.samples.node(20));
      await bench.shows(first ?? assert.fail(), [bench.samples.node(0), bench.samples.node(20)]);
      for (const [index, told] of watched.entries()) {
        const own = nodes.slice(index, index + 1);
        const foreign = index > 0 && told.lists.some(({ records }) => !bench.samples.are(records, own));
        assert.ok(!foreign, `${told.cluster} was told with nodes of others`);
      }
    },
  },
  {
    name: "goes on with the others when a watch ends",
    async holds(bench) {
      for (const cluster of ["one", "two"]) await bench.establish(cluster, [bench.samples.node(0)]);
      const discovery = await bench.start();
      const watched = ["one", "two", "one"].map((cluster) => bench.watch(discovery, cluster));
      for (const { told } of watched) await bench.shows(told, [bench.samples.node(0)]);
      const [first, second, third] = watched;
      assert.ok(first && second && third);
      await bench.end(first);
      for (const cluster of ["one", "two"]) await bench.source.put(cluster, bench.samples.node(1));
      await bench.shows(second.told, bench.samples.nodes(2));
      await bench.shows(third.told, bench.samples.nodes(2));
    },
  },
  {
    name: "comes to no harm by a cluster with an odd name",
    async holds(bench) {
      await bench.establish("conformance", [bench.samples.node(0)]);
      const discovery = await bench.start();
      const { told } = bench.watch(discovery, "conformance");
      await bench.shows(told, [bench.samples.node(0)]);
      const odd = ODD.map((cluster) => bench.watch(discovery, cluster));
      await Promise.all(odd.map((watching) => watching.told.saysSomething(SILENCE_MS)));
      await bench.source.put("conformance", bench.samples.node(1));
      await bench.shows(told, bench.samples.nodes(2));
      for (const watching of odd) {
        await bench.end(watching);
        for (const { records } of watching.told.lists) {
          assert.deepEqual(records, [], `cluster ${watching.told.cluster} was told with nodes of others`);
        }
      }
      await bench.source.remove("conformance", bench.samples.node(0));
      await bench.shows(told, [bench.samples.node(1)]);
    },
  },
  {
    name: "follows many clusters at once",
    async holds(bench) {
      const names = Array.from({ length: 20 }, (_, index) => `conformance-${index}`);
      for (const [index, name] of names.entries()) await bench.establish(name, [bench.samples.node(index)]);
      const discovery = await bench.start();
      const watched = names.map((name) => bench.watch(discovery, name).told);
      for (const [index, told] of watched.entries()) await bench.shows(told, [bench.samples.node(index)]);
      for (const name of names) await bench.source.put(name, bench.samples.node(30));
      for (const [index, told] of watched.entries()) {
        await bench.shows(told, [bench.samples.node(index), bench.samples.node(30)]);
      }
    },
  },
];
