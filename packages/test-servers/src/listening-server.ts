import { acceptsConnections } from "./accepts-connections.js";
import type { ServerProcess } from "./server-process.js";
import { waitFor } from "./wait-for.js";

/** A real server that is one process with one port, on loopback. */
export interface ListeningServer {
  readonly port: number;
  /** What it has written. */
  readonly output: string;
  /** Stops the process where it stands: connections are accepted, nothing is answered. */
  pause(): void;
  resume(): void;
  /** Ends it and waits until it is gone. Safe twice. */
  stop(): Promise<void>;
}

/** Starts the process and waits until it accepts connections. `name` is how it is called in errors. */
export async function startListening(server: ServerProcess, name: string, port: number): Promise<ListeningServer> {
  server.start();
  await untilListening(server, name, port);
  return {
    port,
    get output() {
      return server.output;
    },
    pause: () => server.pause(),
    resume: () => server.resume(),
    stop: () => server.kill(),
  };
}

/** Waits until a process that was started accepts connections; rejects where it has ended. */
export async function untilListening(server: ServerProcess, name: string, port: number): Promise<void> {
  await waitFor(
    () => {
      server.requireRunning();
      return acceptsConnections(port);
    },
    { what: `${name} to accept connections on port ${port}`, deadlineMs: 60_000 },
  );
}
