/** A server that serves together with others. */
export interface GroupedServer {
  /** Starts it; waits for no answer. */
  start(): void | Promise<void>;
  /** Waits until it answers clients. */
  serves(): Promise<void>;
  kill(): Promise<void>;
  /** Removes all it has stored; it must not run. */
  wipe(): Promise<void>;
}

/** Servers that were started together. */
export interface ServerGroup {
  /** Kills every server, forgets all that was stored, and starts them again, empty. */
  restartEmpty(): Promise<void>;
  /** Kills every server and removes all of it. Safe twice. */
  stop(): Promise<void>;
}

/** Starts all and waits until every one answers clients. `remove` takes away what is left when they are gone, also where
 * the start fails. */
export async function startGroup(servers: readonly GroupedServer[], remove: () => Promise<void>): Promise<ServerGroup> {
  const start = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.start()));
    await Promise.all(servers.map((server) => server.serves()));
  };
  const kill = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.kill())));
  const stop = async (): Promise<void> => {
    await kill();
    await remove();
  };
  await start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    restartEmpty: async () => {
      await kill();
      await Promise.all(servers.map((server) => server.wipe()));
      await start();
    },
    stop,
  };
}
