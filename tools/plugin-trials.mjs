/* What an installed package is tried with: the command that came with it, a configuration, and the real server. Each
 * trial gives the files of a configuration directory, by path, and what the runner's status has to show. */

const RUNNER = `name: app1\nip: 127.0.0.1\n`;
const listen = (status) => status.clusters?.web?.nodes?.map(({ ip, port }) => `${ip}:${port}`).join();

/** The trial of each package, by name; `beside`: the packages that it takes besides; `server`: what has to be installed. */
export const TRIALS = {
  "@lighthouse-sd/files": {
    beside: [],
    start: async ({ freePort }) => registered("file", { path: "nodes" }, await freePort()),
  },
  "@lighthouse-sd/etcd": {
    beside: [],
    server: "etcd",
    async start({ startEtcd, freePort }) {
      const etcd = await startEtcd();
      const config = { hosts: etcd.hosts, prefix: "/lighthouse" };
      return { ...registered("etcd", config, await freePort()), end: () => etcd.stop() };
    },
  },
  "@lighthouse-sd/zookeeper": {
    beside: [],
    server: "zookeeper",
    async start({ startZookeeper, freePort }) {
      const zookeeper = await startZookeeper();
      const config = { hosts: zookeeper.hosts, path: "/lighthouse" };
      return { ...registered("zookeeper", config, await freePort()), end: () => zookeeper.stop() };
    },
  },
  "@lighthouse-sd/dns": {
    beside: [],
    server: "dnsmasq",
    async start({ startDnsmasq, tempDirectory }) {
      const directory = await tempDirectory();
      const records = ["host-record=app1.test,127.0.0.1", "srv-host=_http._tcp.web.test,app1.test,8000,0,10"];
      const dnsmasq = await startDnsmasq({ directory: directory.path, records });
      return {
        files: {
          "discovery/dns.yaml": { servers: [dnsmasq.address] },
          "clusters/web.yaml": { discovery: "dns", dns: { srv: "_http._tcp.web.test" } },
        },
        found: (status) => listen(status) === "127.0.0.1:8000",
        async end() {
          await dnsmasq.kill();
          await directory.remove();
        },
      };
    },
  },
  "@lighthouse-sd/checks": {
    beside: ["@lighthouse-sd/files"],
    server: "redis",
    async start({ httpServer, startRedis, tempDirectory }) {
      const directory = await tempDirectory();
      const web = await httpServer({ name: "app1" });
      const redis = await startRedis({ directory: directory.path });
      const checks = { interval: "200ms", tcp: { rise: 1 }, http: { uri: "/", rise: 1 } };
      const cache = { port: redis.port, discovery: "file", checks: { interval: "200ms", redis: { rise: 1 } } };
      const { files } = registered("file", { path: "nodes" }, web.port, checks);
      return {
        files: { ...files, "services/cache.yaml": cache, "clusters/cache.yaml": { discovery: "file" } },
        found: (status) => listen(status) === `127.0.0.1:${web.port}` && status.clusters.cache?.nodes?.length === 1,
        async end() {
          await web.stop();
          await redis.stop();
          await directory.remove();
        },
      };
    },
  },
  "@lighthouse-sd/haproxy": {
    beside: ["@lighthouse-sd/files"],
    server: "haproxy",
    async start({ freePorts, httpServer, httpGet, haproxyBinary, killHaproxies }, directory) {
      const [port] = await freePorts(1);
      const web = await httpServer({ name: "app1" });
      const defaults = ["mode http", ...["connect", "client", "server"].map((side) => `timeout ${side} 2s`)];
      const balancer = { config_file: "haproxy.cfg", socket_file: "haproxy.sock", pid_file: "haproxy.pid" };
      return {
        files: {
          ...listed(web.port),
          "balancers/haproxy.yaml": { ...balancer, binary: haproxyBinary(), bind_address: "127.0.0.1", defaults },
          "clusters/web.yaml": { discovery: "file", haproxy: { port } },
        },
        found: async () => (await httpGet({ port, path: "/" })).body.includes("app1"),
        async end() {
          await killHaproxies(directory);
          await web.stop();
        },
      };
    },
  },
  "@lighthouse-sd/nginx": {
    beside: ["@lighthouse-sd/files"],
    server: "nginx",
    async start({ prepareNginx, tempDirectory, freePort }) {
      const directory = await tempDirectory();
      const server = "server { listen 127.0.0.1:%PORT%; }";
      const nginx = await prepareNginx({ directory: directory.path, http: [server] });
      await nginx.start();
      return {
        files: {
          ...listed(await freePort()),
          "balancers/nginx.yaml": {
            directory: nginx.upstreams,
            config_file: nginx.configFile,
            pid_file: nginx.pidFile,
          },
          "clusters/web.yaml": { discovery: "file", nginx: {} },
        },
        found: (status) => status.balancers?.nginx?.converged === true,
        async end() {
          await nginx.stop();
          await directory.remove();
        },
      };
    },
  },
  "@lighthouse-sd/rabbitmq": {
    beside: ["@lighthouse-sd/files"],
    server: "rabbitmq",
    async start({ startRabbitmqSite }) {
      const site = await startRabbitmqSite();
      const broker = await site.broker("mq1");
      await broker.start();
      await broker.serves();
      const [command, queues] = ["rabbitmqctl", "rabbitmq-queues"].map((name) => `${site.programs}/${name}`);
      return {
        files: {
          ...listed(broker.port),
          "balancers/rabbitmq.yaml": {
            config_file: `${broker.confDirectory}/90-lighthouse.conf`,
            nodename: broker.name,
            command: [command],
            queues_command: [queues],
            environment: site.environment,
          },
          "clusters/web.yaml": { discovery: "file", rabbitmq: {} },
        },
        found: (status) => status.balancers?.rabbitmq?.converged === true,
        end: () => site.stop(),
      };
    },
  },
  "@lighthouse-sd/postgresql": {
    beside: ["@lighthouse-sd/files"],
    server: "postgresql",
    async start({ startPostgresql, tempDirectory }) {
      const directory = await tempDirectory();
      const server = await startPostgresql({ directory: directory.path });
      const connection = { host: server.socketDirectory, port: server.port, user: "postgres" };
      return {
        files: {
          ...listed(server.port),
          "balancers/postgresql.yaml": {
            server: {
              cluster: "web",
              connection,
              replication: { user: "postgres" },
              config_file: `${server.confDirectory}/90-lighthouse.conf`,
            },
          },
          "clusters/web.yaml": { discovery: "file", postgresql: { hba: { user: "postgres" } } },
        },
        found: (status) => status.balancers?.postgresql?.converged === true,
        async end() {
          await server.kill();
          await directory.remove();
        },
      };
    },
  },
};

/** The discovery in files makes no directory by itself. */
const EMPTY_NODES = { "nodes/.keep": "" };

/** A service of this host that is registered in a discovery and read back from it. */
function registered(discovery, config, port, checks) {
  return {
    files: {
      "runner.yaml": RUNNER,
      ...EMPTY_NODES,
      [`discovery/${discovery}.yaml`]: config,
      "clusters/web.yaml": { discovery },
      "services/web.yaml": { port, discovery, ...(checks === undefined ? {} : { checks }) },
    },
    found: (status) => listen(status) === `127.0.0.1:${port}`,
  };
}

/** One node in a list that somebody wrote. */
function listed(port) {
  return { "discovery/file.yaml": { path: "nodes" }, "nodes/web.json": [{ ip: "127.0.0.1", port }] };
}
