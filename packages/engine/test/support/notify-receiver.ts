import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";

/** A service manager's socket: what it has been sent, message by message. */
export interface NotifyReceiver {
  readonly messages: readonly string[];
}

/** Perl is on every Debian; Node has no datagram unix sockets. A name that begins with @ is in the abstract namespace. */
const SCRIPT = `
use Socket;
$| = 1;
(my $name = $ARGV[0]) =~ s/^\\@/\\0/;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($socket, pack_sockaddr_un($name)) or die $!;
print "bound\\n";
while (defined recv($socket, my $message, 65536, 0)) { print unpack("H*", $message), "\\n" }
`;

/** Binds `socket` and takes in what it is sent, until the test has ended. */
export async function notifyReceiver(socket: string): Promise<NotifyReceiver> {
  const child = spawn("perl", ["-e", SCRIPT, socket], { stdio: ["ignore", "pipe", "inherit"] });
  const messages: string[] = [];
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let rest = "";
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    void ended.then(() => reject(new Error(`no socket could be bound at ${socket}`)));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "bound") resolve();
        else messages.push(Buffer.from(line, "hex").toString("utf8"));
      }
    });
  });
  return { messages };
}
